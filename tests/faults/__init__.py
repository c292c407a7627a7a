"""Killed processes: nothing is lost, nothing is sent twice."""
