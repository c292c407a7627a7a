"""The life of a record: commands, transitions, publishing rules, and how a change is stored."""
