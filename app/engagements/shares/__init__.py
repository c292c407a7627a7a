"""Shares of several managers in one engagement."""
