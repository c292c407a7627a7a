"""Notices: who is notified of what happened, in which words, and the notices inbox with its preferences."""
