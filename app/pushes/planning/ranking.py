"""The order of an inbox: how good a push is, and how fresh."""

import math
from datetime import UTC, datetime, timedelta

HALF_LIFE = timedelta(days=14)
"""A push counts half after this time; about the working rhythm of a manager who goes through the inbox weekly."""

_EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
_LEAST = 1e-6


def rank_score(pair_score: float, manager_score: float) -> float:
    """0–1: the pair must be good and the manager must fit; one does not make up for the other."""
    return pair_score * manager_score


def rank_key(score: float, created_at: datetime) -> float:
    """A number by which to sort downwards, the same at any time of asking.

    All scores decay at one rate, so the order of two pushes never changes with time: log₂(score · 2^(−age/half-life))
    differs between them by a constant. So the order can be stored, indexed and paged by cursor.
    """
    return math.log2(max(score, _LEAST)) + (created_at - _EPOCH) / HALF_LIFE
