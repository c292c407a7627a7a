"""Tests of the comparison form and of cleaning."""
