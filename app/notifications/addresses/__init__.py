"""Notification addresses of users: their mailbox and their chat robots."""
