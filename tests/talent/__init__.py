"""Tests of talent."""
