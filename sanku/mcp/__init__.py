"""The libraries for assistants, by the Model Context Protocol, under the key of a caller of the running service."""
