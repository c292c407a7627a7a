"""Answers of the API: what is expected of them, in one place."""

PROBLEM = "application/problem+json"
