"""Tests of pushes: preferences."""
