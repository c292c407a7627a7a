"""Digests: ranked lists for managers and owners, on their schedule."""
