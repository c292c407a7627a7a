"""Agreements with partners, the feed, and the mirror of a feed."""
