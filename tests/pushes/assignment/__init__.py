"""Tests of pushes: assignment."""
