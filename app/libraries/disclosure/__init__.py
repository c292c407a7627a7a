"""Disclosure: which records and which of their fields a reader may see."""
