"""Pages of what was entered twice: organisations and records."""
