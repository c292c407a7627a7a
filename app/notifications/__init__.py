"""Notifications: everything that leaves the service by e-mail, chat robot or webhook, and its delivery."""
