"""The push policy: thresholds, limits and the conditions of a repush."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.pushes.recommender import Recommender
from app.services import Services
from app.settings import Settings

PairKey = tuple[UUID, UUID]
"""Id of the demand, id of the achievement."""


@dataclass(frozen=True, slots=True)
class RepushPolicy:
    """How often a pair may be pushed to one manager, and the gain in score (0–1) that justifies a repush."""

    max_attempts: int = 3
    min_score_gain: float = 0.1


@dataclass(frozen=True, slots=True)
class Policy:
    """The limits of pushing."""

    threshold: float
    """The lowest pair score, 0–1, of a push."""
    slots_per_pair: int
    """Managers that a pair is pushed to at a time."""
    expiry: timedelta
    """How long a push stays pending."""
    immediate: float = 0.85
    """The lowest pair score, 0–1, for an immediate notification."""
    per_day: int = 20
    """Pushes to one manager in a local day."""
    per_week: int = 60
    """Pushes to one manager in seven days."""
    pending_per_slot: int = 4
    """Pending pushes of a manager for each of their free slots."""
    answer_days: int = 5
    """Working days that a manager has for the answer."""
    least_load: int = 0
    """Pushes and engagements to which an assignment brings each manager, if it can."""
    repush: RepushPolicy = field(default_factory=RepushPolicy)


def current_policy(session: Session, services: Services) -> Policy:
    """The present policy.

    Unless a setting overrides it, the threshold is that of the ranker that is active in this session's view of the
    database, whichever process activated it. A policy is therefore read anew for every request, event and job.
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
        least_load=settings.assignment_least_load,
        repush=RepushPolicy(max_attempts=settings.push_rounds, min_score_gain=settings.push_regain),
    )
