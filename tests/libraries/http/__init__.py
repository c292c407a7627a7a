"""Tests of the libraries' routes."""
