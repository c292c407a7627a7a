"""Organisations: identity by credit code, names, and organisation families."""
