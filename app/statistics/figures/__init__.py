"""Figures of statistics, reduced to what the reader may see."""
