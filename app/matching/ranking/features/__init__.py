"""Features: two records and their text similarity as named numbers."""
