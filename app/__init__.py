"""Sanku 三库: technology-transfer matchmaking. README.md says what it does; `main` serves it, `bootstrap` builds it."""
