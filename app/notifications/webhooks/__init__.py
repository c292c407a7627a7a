"""Webhook endpoints of organisations (Standard Webhooks)."""
