"""Tests of demands."""
