"""The routes of the vocabularies."""
