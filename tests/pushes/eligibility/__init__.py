"""Tests of pushes: eligibility."""
