"""Validation of records: single values, cross-field checks, indicators, identifying text and completeness."""
