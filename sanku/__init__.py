"""Sanku 三库 for programs: what talks to a running service, and needs nothing of the service itself."""
