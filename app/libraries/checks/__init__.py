"""Checks of single values and of whole records: pure functions and pydantic types, bilingual errors, no database."""
