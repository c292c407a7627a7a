"""Free slots of a pair: how many more managers it may be pushed to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.matching.models import Pair
from app.pushes.eligibility.attempts import repushable
from app.pushes.eligibility.owner_refusals import pairs_refused_by_owner
from app.pushes.models import OCCUPYING, Push, PushState, state_for_slots
from app.pushes.policy import PairKey, Policy


@dataclass(frozen=True, slots=True)
class Slots:
    """The number of free slots of a pair, and the managers who had it and may not receive it again."""

    free: int
    pushed_to: frozenset[UUID]


def free_slots(
    session: Session, pairs: Sequence[Pair], *, policy: Policy, freed: Collection[UUID] = ()
) -> dict[PairKey, Slots]:
    """The slots of these pairs, in their order.

    The slots of the pushes `freed` (ids) count as free. A pair that an owner refused has no free slot.
    """
    rows = session.execute(
        select(Push.demand_id, Push.achievement_id, Push.manager_id, state_for_slots(), Push.id).where(
            Push.demand_id.in_({pair.demand_id for pair in pairs}),
            Push.achievement_id.in_({pair.achievement_id for pair in pairs}),
        )
    )
    by_key = {(pair.demand_id, pair.achievement_id): pair for pair in pairs}
    repush_reasons = repushable(session, by_key, policy.repush)
    refused = pairs_refused_by_owner(session, by_key, policy.repush)
    states: dict[PairKey, dict[UUID, str]] = {}
    for demand_id, achievement_id, manager_id, state, id_ in rows:
        effective = PushState.EXPIRED if id_ in freed else state
        states.setdefault((demand_id, achievement_id), {})[manager_id] = effective
    slots = {}
    for pair in pairs:
        key = (pair.demand_id, pair.achievement_id)
        by_manager = states.get(key, {})
        occupied = sum(state in OCCUPYING for state in by_manager.values())
        pushed_to = frozenset(id_ for id_ in by_manager if (key, id_) not in repush_reasons)
        slots[key] = Slots(0 if key in refused else policy.slots_per_pair - occupied, pushed_to)
    return slots
