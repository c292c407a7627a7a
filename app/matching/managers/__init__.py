"""Recommendation of managers for a pair."""
