"""Delivery of messages: routing, ordering, attempts, retries and the log."""
