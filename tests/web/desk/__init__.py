"""Tests of the owners' pages."""
