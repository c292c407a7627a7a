"""Tests of matching: candidates."""
