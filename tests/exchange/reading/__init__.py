"""Reading of files: what they are, and files that are damaged."""
