"""Delivery: routing, ordering, attempts, retries and the log."""
