"""Tiers C, D and E (人才类别): rules as data, and the engine that applies them."""
