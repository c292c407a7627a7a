"""The order of an inbox: scores of pushes, and a sort key that time does not change."""

import math
from datetime import UTC, datetime, timedelta

HALF_LIFE = timedelta(days=14)
"""The weight of a push halves in this time, which suits managers who go through their inbox weekly."""

_EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
_MIN_SCORE = 1e-6


def rank_score(pair_score: float, manager_score: float) -> float:
    """The product of both scores, 0–1: the pair must be good and the manager must fit; neither replaces the other."""
    return pair_score * manager_score


def rank_key(score: float, created_at: datetime) -> float:
    """A sort key, descending, that does not depend on the present time.

    All scores decay at the same rate, so the order of two pushes never changes: log₂(score · 2^(−age/half-life)) of
    one differs from that of the other by a constant. The order can therefore be stored, indexed and paged by cursor.
    """
    return math.log2(max(score, _MIN_SCORE)) + (created_at - _EPOCH) / HALF_LIFE
