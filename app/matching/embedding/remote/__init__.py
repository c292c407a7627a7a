"""The embedding model in a process of its own: the server, and the embedder that asks it."""
