"""Tests of matching: index."""
