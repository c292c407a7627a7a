"""Filings (备案) of managers with the operator."""
