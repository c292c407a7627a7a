"""Tests of an engagement's files."""
