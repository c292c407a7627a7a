"""Pages of the reader's own security: the second factor, and the confirmation before sensitive steps."""
