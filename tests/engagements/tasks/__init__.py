"""Tests of tasks, notes and the timeline."""
