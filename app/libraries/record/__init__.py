"""The record kernel shared by all three libraries: tables, versions, enums and reference numbers."""
