"""Validation of records: single values, indicators, identifying text, completeness and publishing rules."""
