"""The lifecycle of an engagement: opening, stage changes, workload and outcomes."""
