"""Tests of shares in contracts."""
