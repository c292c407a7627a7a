"""House rules: what a reader of the files can check."""
