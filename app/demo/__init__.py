"""The demonstration: its data, its logins and its story."""
