"""Agreements with partner platforms."""
