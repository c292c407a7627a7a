"""Tests of pushes: feedback."""
