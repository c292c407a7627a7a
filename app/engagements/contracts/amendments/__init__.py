"""Amendments of signed contracts: proposed by one side, in force once both parties have signed."""
