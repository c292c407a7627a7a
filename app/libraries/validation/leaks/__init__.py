"""Leak check: finds text in a confidential record that would identify its owner."""
