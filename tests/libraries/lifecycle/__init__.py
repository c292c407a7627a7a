"""Tests of a record's lifecycle."""
