"""The optional reranker: a cross-encoder that reads the best pairs of a list again, and the values that it gave."""
