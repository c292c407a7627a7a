"""Running text without labels: what it may be a demand or an achievement of, for a person's yes."""
