"""Tests of admission: what one user's load may do to others."""
