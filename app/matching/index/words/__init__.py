"""Word indexes: in memory beside SQLite, GIN in PostgreSQL."""
