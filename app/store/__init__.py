"""The store as a whole: copying it to another database."""
