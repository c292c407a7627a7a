"""Commands that exchange records with other systems."""
