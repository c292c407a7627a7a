"""Candidates: which records are scored for a query."""
