"""Organisations: identity by credit code, names, and corporate groups."""
