"""Preferences of managers and owners, and the calendar of working time."""
