"""What everybody may take: a catalogue of open data, achievements by OAI-PMH, and descriptions for search engines.

All of it is what a stranger sees in the lists: `libraries.visibility` for the anonymous reader.
"""
