"""Text of records: passages to embed, traits, and words for BM25."""
