"""Imports: a file is previewed, committed in parts, and taken back as a whole."""
