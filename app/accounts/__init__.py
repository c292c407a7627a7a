"""Accounts: organisations, users, sessions and API keys, and who may do what."""
