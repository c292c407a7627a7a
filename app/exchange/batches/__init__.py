"""Import batches: a preview of a file's rows, their commit in parts, and undoing a batch as a whole."""
