"""Readers of files: each turns the bytes of one format into grids of cells and paragraphs of text."""
