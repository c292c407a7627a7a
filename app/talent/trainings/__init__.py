"""Training of managers, and the bases that provide it."""
