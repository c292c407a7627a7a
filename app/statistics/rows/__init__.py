"""Rows behind a figure."""
