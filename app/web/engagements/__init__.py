"""Engagements: who takes part, what comes next, what was noted."""
