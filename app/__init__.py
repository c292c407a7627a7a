"""Sanku 三库: technology-transfer matchmaking. `main` is the HTTP application, `bootstrap` builds its services."""
