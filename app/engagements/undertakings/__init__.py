"""Confidentiality undertakings (保密承诺): what a record asks for, and whether a reader has given it."""
