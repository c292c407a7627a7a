"""Vectors: published records have current entries in the spaces of their models, made of their texts."""
