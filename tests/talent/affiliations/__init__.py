"""Tests of affiliations."""
