"""Yearly recognition rounds (年度认定)."""
