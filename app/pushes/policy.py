"""The policy of pushing that holds now: thresholds, limits and the rule for a pair that comes back."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.pushes.recommender import Recommender
from app.services import Services
from app.settings import Settings

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


def current_policy(session: Session, services: Services) -> Policy:
    """The policy that holds now.

    Its threshold is that of the ranker that is active in this session's view of the database, whichever process made it
    active, unless a setting overrides it. A policy is therefore read anew for every request, event and job.
    """
    settings = services[Settings]
    threshold = settings.push_threshold
    if threshold is None:
        threshold = services[Recommender].ranker(session).threshold
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
