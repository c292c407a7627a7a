"""The life of an engagement: opening, stage transitions, workload and outcomes."""
