"""Batch tools: bulk ranking and re-indexing."""
