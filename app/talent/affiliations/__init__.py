"""Posts of a manager at further institutions (跨机构任职)."""
