"""The policy of pushing that holds now: thresholds, limits and the rule for a pair that comes back."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from app.settings import Settings


class HasThreshold(Protocol):
    """What the policy needs of the matcher."""

    @property
    def threshold(self) -> float: ...


PairKey = tuple[UUID, UUID]
"""Demand's id, achievement's id."""


@dataclass(frozen=True, slots=True)
class RepushPolicy:
    """How often a pair may come to one manager, and which rise of its score (0–1) matters."""

    max_attempts: int = 3
    min_score_gain: float = 0.1


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be set about pushing: the lowest pair score, how many managers a pair goes to at a time, for how long a
    push waits, from which score a manager is told at once, how many a manager gets in a day and in seven, how many wait
    for him at most for each place he has free, how many working days he has to answer, and when a pair may come back
    to him."""

    threshold: float
    slots_per_pair: int
    expiry: timedelta
    immediate: float = 0.85
    per_day: int = 20
    per_week: int = 60
    pending_per_slot: int = 4
    answer_days: int = 5
    repush: RepushPolicy = field(default_factory=RepushPolicy)


def policy_of(settings: Settings, recommender: HasThreshold) -> Policy:
    """The ranker's own threshold holds unless a setting overrides it."""
    threshold = settings.push_threshold if settings.push_threshold is not None else recommender.threshold
    return Policy(
        threshold=threshold,
        slots_per_pair=settings.pushes_per_pair,
        expiry=settings.push_expiry,
        immediate=settings.push_immediate_score,
        per_day=settings.pushes_per_day,
        per_week=settings.pushes_per_week,
        pending_per_slot=settings.pushes_waiting_per_place,
        answer_days=settings.push_answer_working_days,
        repush=RepushPolicy(max_attempts=settings.push_rounds, min_score_gain=settings.push_regain),
    )
