"""Preferences of managers and owners, and the working-time calendar."""
