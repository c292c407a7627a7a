"""Tests of matching: ranking."""
