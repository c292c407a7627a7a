"""Engagements (对接): what begins when a manager takes a push up, with four parties, stages, tasks and files."""
