"""Tests of pushes: inbox."""
