"""Feedback of owners and managers on matches."""
