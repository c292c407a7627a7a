"""Webhooks of organisations (Standard Webhooks)."""
