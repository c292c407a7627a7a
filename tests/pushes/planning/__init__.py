"""Tests of pushes: planning."""
