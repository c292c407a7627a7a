"""Queries of statistics: one for each figure, and one for the rows that it counts."""
