"""Tests of reviews by the bureau."""
