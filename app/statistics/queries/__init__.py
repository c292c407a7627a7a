"""Queries of statistics: one function per figure, and the rows it counts."""
