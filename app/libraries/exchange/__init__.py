"""In by file: the interchange format of directories of JSON lines and judgements."""
