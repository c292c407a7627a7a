"""Tests of matching: training."""
