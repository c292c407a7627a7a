"""Labelled pairs of records, and what the comparison says of them."""
