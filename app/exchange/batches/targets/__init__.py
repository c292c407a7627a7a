"""Targets, where the rows of a file are stored: the three libraries, the ledger of contracts, the organisations."""
