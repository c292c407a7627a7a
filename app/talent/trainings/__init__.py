"""Training courses and their bases."""
