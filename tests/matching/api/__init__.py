"""Tests of matching: api."""
