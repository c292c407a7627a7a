"""Full-text search: tokenizer, search index and facet counts."""
