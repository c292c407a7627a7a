"""Notification addresses of managers and organisations."""
