"""Pages of recognition rounds: their steps, entries with decisions, and objections with answers."""
