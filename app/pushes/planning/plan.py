"""The push planner: from recommendations to plans of pushes.

`plan_*` read and ask the matcher without a lock, for as long as it takes. `write_pushes` and `revise` check every rule
again against the present rows under lock, so that an outdated plan does no harm.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import by_id
from app.engagements.lifecycle.deals import pairs_in_deal
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.matching.managers.score import LEAST_FIT
from app.matching.models import Pair
from app.pushes import queries
from app.pushes.eligibility.history import repushable, state_for_slots
from app.pushes.eligibility.loader import load_planning_facts
from app.pushes.eligibility.near_copies import standing_behind
from app.pushes.eligibility.owner_refusals import pairs_refused_by_owner
from app.pushes.eligibility.rules import planning_violations
from app.pushes.models import OCCUPYING, Push, PushState
from app.pushes.planning.pair_plan import CandidateManager, PairPlan
from app.pushes.policy import PairKey, Policy
from app.pushes.recommender import Recommendation, Recommender

SPARE_MANAGERS = 5
"""Managers requested in addition to the free slots: some of those recommended are at capacity or in conflict."""

MAX_MANAGERS = 200
"""Managers further down the ranked list are not considered."""

_ASKED_AT_ONCE = 24

PAIRS_FOR_A_MANAGER = 60
"""At most this many of the best pairs with a free slot are considered for a new manager."""


@dataclass(frozen=True, slots=True)
class Slots:
    """The number of free slots of a pair, and the managers who had it and may not receive it again."""

    free: int
    pushed_to: frozenset[UUID]


def plan_pairs(
    session: Session,
    recommender: Recommender,
    pairs: Sequence[Pair],
    *,
    policy: Policy,
    only: UUID | None = None,
    freed: Collection[UUID] = (),
) -> list[PairPlan]:
    """Plan candidates for the pairs that have a free slot.

    With `only`, plan for this manager alone. The slots of the pushes `freed` (ids) count as free.
    """
    slots_by_pair = free_slots(session, pairs, policy=policy, freed=freed)
    demands = by_id(session, Demand, {key[0] for key in slots_by_pair})
    achievements = by_id(session, Achievement, {key[1] for key in slots_by_pair})
    scores = {pair.key: pair.score for pair in pairs}
    wanting = [key for key, slots in slots_by_pair.items() if slots.free > 0]
    found = recommender.managers_for_pairs(
        session, [(demands[key[0]], achievements[key[1]]) for key in wanting], limit=MAX_MANAGERS
    )
    plans = []
    for key, recommended in zip(wanting, found, strict=True):
        suitable = _candidates(
            session,
            demands[key[0]],
            achievements[key[1]],
            recommended,
            slots_by_pair[key],
            score=scores[key],
            policy=policy,
        )
        candidates = tuple(
            candidate for candidate in suitable if only is None or candidate.manager_id == only
        )
        if candidates:
            plans.append(PairPlan(key, candidates))
    return plans


def plan_for_manager(
    session: Session, recommender: Recommender, manager: Manager, *, policy: Policy
) -> list[PairPlan]:
    """Plan the pairs of `pairs_for_manager` for which the matcher recommends this manager."""
    pairs = pairs_for_manager(session, manager, policy=policy)
    return plan_pairs(session, recommender, pairs, policy=policy, only=manager.id)


def pairs_for_manager(session: Session, manager: Manager, *, policy: Policy) -> list[Pair]:
    """The best pairs with a free slot, those in the manager's fields first; near-copies stand behind one another."""
    found = session.scalars(queries.pairs_with_free_slot(policy)).all()
    behind = standing_behind(session, {pair.key for pair in found}, policy)
    open_pairs = [pair for pair in found if pair.key not in behind]
    own = queries.first_level(manager.fields)
    fields = queries.fields_of_pairs(session, open_pairs) if own else {}
    ordered = sorted(
        open_pairs,
        key=lambda pair: (
            not own & fields.get(pair.key, frozenset()),
            -pair.score,
        ),
    )
    return ordered[:PAIRS_FOR_A_MANAGER]


def _candidates(
    session: Session,
    demand: Demand,
    achievement: Achievement,
    recommended: Sequence[Recommendation],
    slots: Slots,
    *,
    score: float,
    policy: Policy,
) -> list[CandidateManager]:
    """Recommended managers who may receive the pair and want it; `SPARE_MANAGERS` more than free slots, if there are.

    The matcher's list also contains managers in conflict, at capacity, or with other preferences; the best ones are
    asked about first.
    """
    needed = slots.free + SPARE_MANAGERS
    suitable = [
        manager
        for manager in recommended
        if manager.recommended and manager.score >= LEAST_FIT and manager.manager_id not in slots.pushed_to
    ]
    candidates: list[CandidateManager] = []
    for start in range(0, len(suitable), _ASKED_AT_ONCE):
        asked = suitable[start : start + _ASKED_AT_ONCE]
        # Read without a lock: the writer checks all rules again under a lock.
        facts = load_planning_facts(
            session,
            demand,
            achievement,
            [manager.manager_id for manager in asked],
            score=score,
            policy=policy,
        )
        candidates += [
            CandidateManager(manager.manager_id, manager.score, manager.reasons)
            for manager in asked
            if not planning_violations(facts[manager.manager_id])
        ]
        if len(candidates) >= needed:
            break
    return candidates


def free_slots(
    session: Session, pairs: Sequence[Pair], *, policy: Policy, freed: Collection[UUID] = ()
) -> dict[PairKey, Slots]:
    """The slots of these pairs, in their order.

    The slots of the pushes `freed` (ids) count as free. A pair that an owner refused, that is in a deal, or that stands
    behind a near-copy has no free slot.
    """
    rows = session.execute(
        select(Push.demand_id, Push.achievement_id, Push.manager_id, state_for_slots(), Push.id).where(
            Push.demand_id.in_({pair.demand_id for pair in pairs}),
            Push.achievement_id.in_({pair.achievement_id for pair in pairs}),
        )
    )
    by_key = {pair.key: pair for pair in pairs}
    repush_reasons = repushable(session, by_key, policy.repush)
    scores = {key: pair.score for key, pair in by_key.items()}
    taken = (
        pairs_refused_by_owner(session, scores, policy.repush, scores=lambda: scores)
        | pairs_in_deal(session, {key[0] for key in by_key}, {key[1] for key in by_key}).keys()
        | standing_behind(session, by_key, policy)
    )
    states: dict[PairKey, dict[UUID, str]] = {}
    for demand_id, achievement_id, manager_id, state, id_ in rows:
        effective = PushState.EXPIRED if id_ in freed else state
        states.setdefault((demand_id, achievement_id), {})[manager_id] = effective
    slots = {}
    for pair in pairs:
        key = pair.key
        by_manager = states.get(key, {})
        occupied = sum(state in OCCUPYING for state in by_manager.values())
        pushed_to = frozenset(id_ for id_ in by_manager if (key, id_) not in repush_reasons)
        slots[key] = Slots(0 if key in taken else policy.slots_per_pair - occupied, pushed_to)
    return slots
