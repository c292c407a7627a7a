"""Drill-down from a figure to its rows."""
