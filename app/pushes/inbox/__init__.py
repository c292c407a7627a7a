"""The manager's inbox: list, answers, undo and the live stream."""
