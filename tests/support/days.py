"""Days for request bodies."""

from datetime import timedelta

from app.clock import local_now


def day(days: int = 0) -> str:
    """A day in Jinan, from today."""
    return (local_now().date() + timedelta(days=days)).isoformat()
