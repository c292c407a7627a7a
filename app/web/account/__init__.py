"""Login, and what a user keeps about themselves."""
