"""Vector indexes: FAISS in the process, pgvector in the database."""
