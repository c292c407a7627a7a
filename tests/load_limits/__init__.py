"""Tests of load limits: what one user's load may do to others."""
