"""Measurements of pages in a browser."""
