"""Tests of matching: tools."""
