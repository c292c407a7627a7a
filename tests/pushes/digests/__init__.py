"""Tests of pushes: digests."""
