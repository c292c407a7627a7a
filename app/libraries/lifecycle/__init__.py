"""The life cycle of a record: commands, transitions, publishing rules and storage of changes."""
