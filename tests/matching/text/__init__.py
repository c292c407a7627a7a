"""Tests of matching: text."""
