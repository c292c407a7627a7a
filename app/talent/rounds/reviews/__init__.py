"""Published recognitions that are in doubt."""
