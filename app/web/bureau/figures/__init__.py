"""Pages of statistics: pictures with their tables, and the tables as files."""
