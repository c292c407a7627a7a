"""Tests of matching: embedding."""
