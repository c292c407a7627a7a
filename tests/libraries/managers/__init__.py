"""Tests of managers' records."""
