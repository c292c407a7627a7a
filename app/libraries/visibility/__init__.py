"""Visibility: which records and which of their fields, telephone numbers too, a reader may see."""
