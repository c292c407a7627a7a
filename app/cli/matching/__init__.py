"""Commands that match records."""
