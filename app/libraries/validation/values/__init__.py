"""Checks of single values: pydantic types with bilingual errors, no database."""
