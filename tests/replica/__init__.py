"""Tests of reading from a replica."""
