"""Contracts: parties, amounts, payments, shares."""
