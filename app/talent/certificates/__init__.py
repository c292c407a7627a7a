"""Training certificates and their evidence."""
