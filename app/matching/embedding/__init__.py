"""Embedding: the model, its files, and stored vectors."""
