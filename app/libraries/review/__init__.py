"""The bureau's review of submitted records: what waits, what a check finds, and decisions on one record or many."""
