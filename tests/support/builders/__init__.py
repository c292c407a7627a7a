"""Builders of rows and request bodies, one module per concept."""
