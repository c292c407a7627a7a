"""Who gets an answer about whose record."""
