"""Assignment runs: the best pairs for all managers at once."""
