"""Tests of matching: feedback."""
