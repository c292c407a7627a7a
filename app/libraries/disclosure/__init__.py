"""Who sees which record and which of its fields."""
