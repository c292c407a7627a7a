"""The demonstration: data, accounts and the story that `sanku demo` shows."""
