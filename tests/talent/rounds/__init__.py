"""Tests of recognition rounds."""
