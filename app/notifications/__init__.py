"""Notifications: what leaves the service by e-mail, chat robot, webhook, and how it is delivered."""
