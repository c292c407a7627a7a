"""Access rules: the table of roles and actions, and the principal that it is applied to."""
