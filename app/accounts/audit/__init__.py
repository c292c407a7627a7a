"""The audit trail: append-only entries, sealed in a chain of digests, and what proves that nobody has changed them."""

from app.accounts.audit.entries import entries, record, record_many, record_refused

__all__ = ["entries", "record", "record_many", "record_refused"]
