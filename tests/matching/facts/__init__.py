"""Tests of matching: facts."""
