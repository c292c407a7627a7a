"""Demands (技术需求库): problems that enterprises want solved."""
