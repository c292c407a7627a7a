"""Load as a city makes it, on a large store."""
