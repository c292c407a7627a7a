"""Background work: the outbox worker, the concurrent worker for deliveries, and scheduled jobs."""
