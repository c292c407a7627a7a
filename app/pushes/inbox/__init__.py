"""The inbox of a manager: list, answers, undo and the live stream."""
