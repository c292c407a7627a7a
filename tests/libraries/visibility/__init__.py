"""Tests of who sees which field."""
