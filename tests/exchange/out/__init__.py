"""Exports: round trip, official layouts, and what readers see."""
