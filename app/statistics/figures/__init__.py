"""Figures of statistics, with what the reader may see of them."""
