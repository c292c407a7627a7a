"""The record kernel: tables, versions, enums and reference numbers that all three libraries share."""
