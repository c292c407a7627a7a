"""Tests of notices about one subject each."""
