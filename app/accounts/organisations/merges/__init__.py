"""Decisions about organisations that may be one, and what a merge changes."""
