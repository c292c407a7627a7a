"""Eligibility: the rules that decide whether a pair may be pushed to a manager."""
