"""Recommendations → pushes: who gets which pair, and what becomes of a push when its records change.

`plan_*` read and ask the matcher, without a lock and for as long as it takes; `write_pushes` and `revise` check every
rule again against the present rows under lock, so that an old plan can do no harm.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from app.database import by_id, now
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.matching.facts.from_records import achievement_facts, demand_facts
from app.matching.models import Pair
from app.pushes import queries
from app.pushes.eligibility.facts import PairEligibility
from app.pushes.eligibility.rules import refusals
from app.pushes.eligibility.snapshot import load_managers
from app.pushes.planning.pair_plan import CandidateManager, PairPlan
from app.pushes.planning.slots import Slots, free_slots
from app.pushes.policy import Policy
from app.pushes.preferences import working_time
from app.pushes.recommender import Recommender

SPARE_MANAGERS = 5
"""Asked for beyond the places: some of those recommended will turn out full or conflicted."""

MOST_MANAGERS = 200
"""Nobody further down a ranked list is a manager to push to."""

PAIRS_FOR_A_MANAGER = 60
"""A manager who is new gets no more than the best of the pairs that still have a place."""

LEAST_FIT = 0.1
"""A manager's score, 0–1, below which a push would only be noise: neither field, region nor work speaks for it."""


def plan_pairs(
    session: Session,
    recommender: Recommender,
    pairs: Sequence[Pair],
    *,
    policy: Policy,
    only: UUID | None = None,
    freed: Collection[UUID] = (),
) -> list[PairPlan]:
    """Candidates for the pairs that have a free place; with `only`, that manager alone. `freed` as in `free_slots`."""
    places = free_slots(session, pairs, policy=policy, freed=freed)
    demands = by_id(session, Demand, {key[0] for key in places})
    achievements = by_id(session, Achievement, {key[1] for key in places})
    scores = {(pair.demand_id, pair.achievement_id): pair.score for pair in pairs}
    plans = []
    for key, place in places.items():
        if place.free > 0:
            found = _candidates(
                session,
                recommender,
                demands[key[0]],
                achievements[key[1]],
                place,
                score=scores[key],
                policy=policy,
            )
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
    open_pairs = session.scalars(queries.pairs_with_free_slot(policy)).all()
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


def _candidates(
    session: Session,
    recommender: Recommender,
    demand: Demand,
    achievement: Achievement,
    place: Slots,
    *,
    score: float,
    policy: Policy,
) -> list[CandidateManager]:
    """Recommended managers who may get the pair and want it: more than it has places, where there are so many.

    The list that the matcher answers also has those in conflict, the full ones and those who want no such pairs; it is
    asked for a longer one as long as too few others are on it.
    """
    pair = PairEligibility(
        demand_facts(demand),
        achievement_facts(achievement),
        today=working_time.local(now()).date(),
        score=score,
        threshold=policy.threshold,
    )
    wanted = place.free + SPARE_MANAGERS
    limit = wanted + len(place.pushed_to)
    while True:
        found = recommender.managers_for(session, demand, achievement, limit=limit)
        fit = [
            one
            for one in found
            if one.recommended and one.score >= LEAST_FIT and one.manager_id not in place.pushed_to
        ]
        # Without a lock: what is written is only what the rules allow under one.
        managers = load_managers(session, [one.manager_id for one in fit], policy=policy)
        candidates = [
            CandidateManager(one.manager_id, one.score, one.reasons)
            for one in fit
            if not refusals(managers.with_pair(pair, one.manager_id))
        ]
        if len(candidates) >= wanted or len(found) < limit or limit >= MOST_MANAGERS:
            return candidates
        limit = min(limit * 3, MOST_MANAGERS)
