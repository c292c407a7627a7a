"""Admission: how much slow work of matching the service does at a time, for whom, and for how long."""
