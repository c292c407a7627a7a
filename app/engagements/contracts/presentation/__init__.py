"""Contracts and pages of their list, for routes and pages alike."""
