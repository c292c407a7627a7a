"""Recommendations → pushes: who gets which pair, and what becomes of a push when its records change.

`plan_*` read and ask the matcher, without a lock and for as long as it takes; `write_pushes` and `revise` check every
rule again against the present rows under lock, so that an old plan can do no harm.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import now
from app.engagements.load import open_load
from app.events import emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.matching.facts import ManagerFacts
from app.matching.models import Pair
from app.matching.records import achievement_facts, demand_facts
from app.pushes import calendar, queries
from app.pushes.models import Push, PushState
from app.pushes.preferences import managers_preferences
from app.pushes.rounds import given_to, live_by_manager
from app.pushes.rules import NOTHING_GIVEN, PairFacts, PushFacts, live_violations, refusals, violations
from app.pushes.standing import PairKey, Policy, Standing, read_standing
from app.pushes.writing import Candidate as Candidate
from app.pushes.writing import begin, rescore

log = structlog.get_logger(__name__)

SPARE_MANAGERS = 5
"""Asked for beyond the places: some of those recommended will turn out full or conflicted."""

MOST_MANAGERS = 200
"""Nobody further down a ranked list is a manager to push to."""

PAIRS_FOR_A_MANAGER = 60
"""A manager who is new gets no more than the best of the pairs that still have a place."""

LEAST_FIT = 0.1
"""A manager's score, 0–1, below which a push would only be noise: neither field, region nor work speaks for it."""

MANAGER_SIDE = frozenset({"manager_not_published", "manager_expired", "conflict_of_interest"})
"""Reasons that end one manager's push while the pair itself stays good: it goes to the next manager."""


class Recommendation(Protocol):
    @property
    def manager_id(self) -> UUID: ...
    @property
    def score(self) -> float: ...
    @property
    def recommended(self) -> bool: ...
    @property
    def reasons(self) -> Mapping[str, Any]: ...


class Recommender(Protocol):
    """The part of the matcher that pushing needs."""

    @property
    def threshold(self) -> float: ...

    def managers_for(
        self, session: Session, demand: Demand, achievement: Achievement, *, limit: int = 10
    ) -> Sequence[Recommendation]: ...


@dataclass(frozen=True, slots=True)
class PairPlan:
    """One pair and the managers to ask in this order, as long as it has places."""

    key: PairKey
    candidates: tuple[Candidate, ...]


def plan_pairs(
    session: Session,
    recommender: Recommender,
    pairs: Sequence[Pair],
    *,
    policy: Policy,
    only: UUID | None = None,
    freed: Collection[UUID] = (),
) -> list[PairPlan]:
    """Candidates for the pairs that have a free place; with `only`, that manager alone. `freed` as in `free_places`."""
    places = queries.free_places(session, pairs, policy=policy, freed=freed)
    demands = _by_id(session, Demand, {key[0] for key in places})
    achievements = _by_id(session, Achievement, {key[1] for key in places})
    scores = {(pair.demand_id, pair.achievement_id): pair.score for pair in pairs}
    plans = []
    for key, place in places.items():
        if place.free > 0:
            refused = _Refusals(session, demands[key[0]], achievements[key[1]], scores[key], policy)
            found = _candidates(session, recommender, refused, place)
            candidates = tuple(one for one in found if only is None or one.manager_id == only)
            if candidates:
                plans.append(PairPlan(key, candidates))
    return plans


def plan_for_manager(
    session: Session, recommender: Recommender, manager: Manager, *, policy: Policy
) -> list[PairPlan]:
    """The pairs of `pairs_for_manager` for that manager, as far as the matcher recommends him."""
    pairs = pairs_for_manager(session, manager, policy=policy)
    return plan_pairs(session, recommender, pairs, policy=policy, only=manager.id)


def pairs_for_manager(session: Session, manager: Manager, *, policy: Policy) -> list[Pair]:
    """The best pairs that still have a place, those of the manager's fields first."""
    open_pairs = session.scalars(queries.pairs_with_a_place(policy)).all()
    own = queries.first_level(manager.fields)
    fields = queries.fields_of_pairs(session, open_pairs) if own else {}
    ordered = sorted(
        open_pairs,
        key=lambda pair: (
            not own & fields.get((pair.demand_id, pair.achievement_id), frozenset()),
            -pair.score,
        ),
    )
    return ordered[:PAIRS_FOR_A_MANAGER]


def write_pushes(
    session: Session, plans: Sequence[PairPlan], *, policy: Policy, follows: UUID | None = None
) -> list[Push]:
    """Write what the rules allow now, best candidates first; running it again writes nothing more.

    `follows` is the push whose end freed the place.
    """
    if not plans:
        return []
    standing = read_standing(
        session,
        policy=policy,
        pairs=[plan.key for plan in plans],
        manager_ids={candidate.manager_id for plan in plans for candidate in plan.candidates},
        lock=True,
    )
    return write_under_lock(session, standing, plans, follows=follows)


def write_under_lock(
    session: Session, standing: Standing, plans: Sequence[PairPlan], *, follows: UUID | None = None
) -> list[Push]:
    """`write_pushes` for a caller who has read the standing of these pairs and managers with `lock`."""
    written: list[Push] = []
    refused: Counter[str] = Counter()
    for plan in plans:
        if plan.key[0] not in standing.demands or plan.key[1] not in standing.achievements:
            continue
        for candidate in plan.candidates:
            if candidate.manager_id not in standing.managers:
                continue
            broken = violations(standing.of(plan.key, candidate.manager_id))
            if broken:
                refused.update(rule.code for rule in broken)
                continue
            written.append(begin(session, standing, plan.key, candidate, follows))
    session.flush()
    log.info("pushes_written", pairs=len(plans), written=len(written), refused=dict(refused))
    return written


def revise(
    session: Session, push_ids: Collection[UUID], *, policy: Policy, ranked_fully: bool = False
) -> list[Push]:
    """Hold live pushes against the present rows: cancel those that the rules end, give the rest their new scores.

    A push that ends for its manager's sake is announced as ``push.cancelled``, so that the pair can go to the next.
    """
    refs = session.execute(
        select(Push.id, Push.demand_id, Push.achievement_id, Push.manager_id).where(Push.id.in_(push_ids))
    ).all()
    if not refs:
        return []
    standing = read_standing(
        session,
        policy=policy,
        pairs={(ref.demand_id, ref.achievement_id) for ref in refs},
        manager_ids={ref.manager_id for ref in refs},
        lock=True,
        ranked_fully=ranked_fully,
    )
    cancelled = []
    for push in session.scalars(queries.locked([ref.id for ref in refs])):
        key = (push.demand_id, push.achievement_id)
        broken = live_violations(standing.of(key, push.manager_id))
        if broken:
            _cancel(session, push, broken[0].code)
            cancelled.append(push)
        elif (pair := standing.pairs.get(key)) is not None:
            rescore(push, pair)
    session.flush()
    return cancelled


def expire_due(session: Session) -> int:
    """End the pushes that nobody answered in time; their pairs go to the next managers. Returns how many."""
    moment = now()
    due = session.scalars(queries.due_pushes(moment)).all()
    for push in due:
        push.state = PushState.EXPIRED
        push.ended_at = moment
        emit(session, "push.expired", subject_id=push.id)
    session.flush()
    return len(due)


def _candidates(
    session: Session,
    recommender: Recommender,
    refused: "_Refusals",
    place: queries.Places,
) -> list[Candidate]:
    """Recommended managers who may get the pair and want it: more than it has places, where there are so many.

    The list that the matcher answers also has those in conflict, the full ones and those who want no such pairs; it is
    asked for a longer one as long as too few others are on it.
    """
    wanted = place.free + SPARE_MANAGERS
    limit = wanted + len(place.pushed_to)
    while True:
        found = recommender.managers_for(session, refused.demand, refused.achievement, limit=limit)
        fit = [
            one
            for one in found
            if one.recommended and one.score >= LEAST_FIT and one.manager_id not in place.pushed_to
        ]
        unwilling = refused.by([one.manager_id for one in fit])
        candidates = [
            Candidate(one.manager_id, one.score, one.reasons)
            for one in fit
            if one.manager_id not in unwilling
        ]
        if len(candidates) >= wanted or len(found) < limit or limit >= MOST_MANAGERS:
            return candidates
        limit = min(limit * 3, MOST_MANAGERS)


@dataclass(frozen=True, slots=True)
class _Refusals:
    """Which managers want no such pair, or had enough of pushes: told before they take a place on the list. Written is
    only what the rules allow under lock; this reads without."""

    session: Session
    demand: Demand
    achievement: Achievement
    score: float
    policy: Policy

    def by(self, manager_ids: Sequence[UUID]) -> set[UUID]:
        today = calendar.local(now()).date()
        preferences = managers_preferences(self.session, manager_ids)
        given = given_to(self.session, manager_ids, today)
        waiting = live_by_manager(self.session, manager_ids)
        load = open_load(self.session, manager_ids)
        capacities = self._capacities(manager_ids)
        pair = PairFacts(
            demand_facts(self.demand),
            achievement_facts(self.achievement),
            today=today,
            score=self.score,
            threshold=self.policy.threshold,
        )
        return {
            id_
            for id_ in manager_ids
            if refusals(
                PushFacts(
                    pair,
                    ManagerFacts(str(id_), capacity=capacities.get(id_, 0), open_load=load.get(id_, 0)),
                    preferences=preferences[id_],
                    given=given.get(id_, NOTHING_GIVEN),
                    per_day=self.policy.per_day,
                    per_week=self.policy.per_week,
                    waiting=waiting[id_],
                    waiting_per_place=self.policy.waiting_per_place,
                )
            )
        }

    def _capacities(self, manager_ids: Sequence[UUID]) -> dict[UUID, int]:
        rows = self.session.execute(select(Manager.id, Manager.capacity).where(Manager.id.in_(manager_ids)))
        return dict(rows.all())


def _by_id(session: Session, model: Any, ids: Iterable[UUID]) -> dict[UUID, Any]:
    return {row.id: row for row in session.scalars(select(model).where(model.id.in_(list(ids))))}


def _cancel(session: Session, push: Push, reason: str) -> None:
    push.state = PushState.CANCELLED
    push.ended_reason = reason
    push.ended_at = now()
    if reason in MANAGER_SIDE:
        emit(session, "push.cancelled", subject_id=push.id)
