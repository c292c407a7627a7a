"""Encryption at rest: the ring of keys, and column types that encrypt what they store."""
