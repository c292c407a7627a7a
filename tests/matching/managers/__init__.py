"""Tests of matching: managers."""
