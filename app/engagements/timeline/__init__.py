"""The timeline of an engagement, and the notes on it."""
