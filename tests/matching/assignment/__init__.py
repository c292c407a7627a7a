"""Tests of matching: assignment."""
