"""Tests of PDF files."""
