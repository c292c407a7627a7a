"""Engagements (对接), opened when a manager accepts a push: participants, stages, tasks, files and contracts."""
