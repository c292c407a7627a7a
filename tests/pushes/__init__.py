"""Tests of pushes."""
