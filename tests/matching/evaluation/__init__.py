"""Tests of matching: evaluation."""
