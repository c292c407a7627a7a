"""Pages of review: queues, a record with its checks, decisions, and approval of many."""
