"""Pages of the reader's own account."""
