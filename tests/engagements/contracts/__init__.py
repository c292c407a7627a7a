"""Tests of engagements.contracts."""
