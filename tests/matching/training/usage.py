"""A small town in use: lists as they were shown, and people who look less the further down and answer by relevance.

Each pair has two features that matter here: `whole`, which is what makes it relevant, and `words`, which is chance.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.database import Database, new_id
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.matching.feedback.impressions import ShownPair, record_impression
from app.matching.feedback.models import Judgement
from app.matching.ranking.ranker import Ranker, load_ranker

BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)
END = datetime(2026, 12, 31, tzinfo=UTC)
SURFACE = "demand_matches"

_numbers = count(1)


def ranker(version: str = "start", **weights: float) -> Ranker:
    """The shipped ranker with only these weights."""
    return replace(load_ranker(), version=version, base=-1.0, weights=weights)


BY_CHANCE = ranker("by-chance", words=3.0, whole=0.5)
BY_MEANING = ranker("by-meaning", words=0.5, whole=3.0)


@dataclass(frozen=True)
class Town:
    demands: list[UUID]
    achievements: list[UUID]
    viewers: list[UUID]


def build(database: Database, *, demands: int, achievements: int, viewers: int = 4) -> Town:
    with database.unit_of_work() as session:
        owner = Organisation(name=f"单位{next(_numbers)}", kind="enterprise", region="370100")
        session.add(owner)
        session.flush()
        return Town(
            [_record(session, Demand, "D", owner.id) for _ in range(demands)],
            [_record(session, Achievement, "A", owner.id) for _ in range(achievements)],
            [new_id() for _ in range(viewers)],
        )


def _record(session: Session, model: type[Demand] | type[Achievement], letter: str, owner: UUID) -> UUID:
    record = model(
        id=new_id(), number=f"U-{letter}-{next(_numbers)}", owner_org_id=owner, title="记录", region="370100"
    )
    session.add(record)
    session.flush()
    return record.id


def live(
    database: Database,
    town: Town,
    shown_by: Ranker,
    *,
    steepness: float = 1.0,
    relevant: Callable[[dict[str, float]], float] = lambda known: 0.95 if known["whole"] > 0 else 0.05,
    seed: int = 1,
) -> None:
    """Each demand's list is shown to every viewer, one demand a week; who looks at a pair takes it up or declines."""
    draws = np.random.default_rng(seed)
    with database.unit_of_work() as session:
        for week, demand in enumerate(town.demands):
            features = {
                achievement: {
                    "whole": float(draws.choice([-0.5, 0.5], p=[0.6, 0.4])),
                    "words": float(draws.uniform(-0.5, 0.5)),
                }
                for achievement in town.achievements
            }
            for viewer in town.viewers:
                # Not everything concerns everybody: so a pair is seen at several positions.
                concerns = [one for one in town.achievements if draws.random() < 0.7]
                ranked = sorted(concerns, key=lambda one: (-shown_by.score(features[one]), one))
                _visit(session, demand, viewer, ranked, features, week, steepness, relevant, draws)


def _visit(
    session: Session,
    demand: UUID,
    viewer: UUID,
    ranked: list[UUID],
    features: dict[UUID, dict[str, float]],
    week: int,
    steepness: float,
    relevant: Callable[[dict[str, float]], float],
    draws: np.random.Generator,
) -> None:
    at = BEGIN + timedelta(days=7 * week)
    record_impression(
        session,
        surface=SURFACE,
        viewer_id=viewer,
        subject_id=demand,
        pairs=[
            ShownPair(position, demand, one, 0.5, features[one]) for position, one in enumerate(ranked, 1)
        ],
        model_version="start",
        at=at,
    )
    for position, one in enumerate(ranked, 1):
        if draws.random() < position**-steepness:
            taken = draws.random() < relevant(features[one])
            # As `judge` writes it, which has its own tests; many at once.
            session.add(
                Judgement(
                    demand_id=demand,
                    achievement_id=one,
                    actor_id=viewer,
                    signal="accepted" if taken else "declined",
                    reason=None if taken else "outside_need",
                    surface=SURFACE,
                    position=position,
                    features=features[one],
                    shown_at=at,
                    judged_at=at + timedelta(minutes=position),
                )
            )
