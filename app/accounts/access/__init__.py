"""Access control: the permission table, and the principal that it applies to."""
