"""Whole stories over HTTP."""
