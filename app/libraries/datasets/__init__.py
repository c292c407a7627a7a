"""Data exchange: datasets of records in JSON Lines, read and loaded."""
