"""Planning: from ranked pairs to pushes, and the revision of pending ones."""
