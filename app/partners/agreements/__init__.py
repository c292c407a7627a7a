"""Agreements with partner platforms: which records and fields a partner receives, and from when until when."""
