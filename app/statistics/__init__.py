"""Statistics (统计): figures over all records, each with the rows it was counted from."""
