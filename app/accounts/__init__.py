"""Accounts: organisations, users, sessions, API keys and permissions."""
