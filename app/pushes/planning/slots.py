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
    """How many places of a pair are free, and to which managers it went already and may not go again."""

    free: int
    pushed_to: frozenset[UUID]


def free_slots(
    session: Session, pairs: Sequence[Pair], *, policy: Policy, freed: Collection[UUID] = ()
) -> dict[PairKey, Slots]:
    """In the order of the pairs. The places of the pushes `freed` count as free; of a pair that an owner does not want
    none is."""
    rows = session.execute(
        select(Push.demand_id, Push.achievement_id, Push.manager_id, state_for_slots(), Push.id).where(
            Push.demand_id.in_({pair.demand_id for pair in pairs}),
            Push.achievement_id.in_({pair.achievement_id for pair in pairs}),
        )
    )
    by_key = {(pair.demand_id, pair.achievement_id): pair for pair in pairs}
    returns = repushable(session, by_key, policy.repush)
    owner_refused = pairs_refused_by_owner(session, by_key, policy.repush)
    pushed: dict[PairKey, dict[UUID, str]] = {}
    for demand_id, achievement_id, manager_id, state, id_ in rows:
        held = PushState.EXPIRED if id_ in freed else state
        pushed.setdefault((demand_id, achievement_id), {})[manager_id] = held
    answer = {}
    for pair in pairs:
        key = (pair.demand_id, pair.achievement_id)
        known = pushed.get(key, {})
        occupied = sum(state in OCCUPYING for state in known.values())
        barred = frozenset(id_ for id_ in known if (key, id_) not in returns)
        answer[key] = Slots(0 if key in owner_refused else policy.slots_per_pair - occupied, barred)
    return answer
