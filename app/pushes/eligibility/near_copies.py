"""Which pairs stand behind one that says the same, so that no manager's list fills with copies of one thing."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.matching.near_copies import groups_of_copies
from app.pushes.feedback.models import OwnerAnswer
from app.pushes.feedback.pair_side import Side
from app.pushes.models import Push, PushState
from app.pushes.policy import PairKey, Policy


def standing_behind(session: Session, keys: Collection[PairKey], policy: Policy) -> frozenset[PairKey]:
    """The pairs of `keys` behind another good pair of the same demand whose achievement says the same.

    The pair that was pushed first leads, else the best, so that a copy takes nothing from a manager who is at work.
    Where its own owner is not interested, the next copy leads.
    """
    demand_ids = {demand_id for demand_id, _ in keys}
    pushed = select(Push.demand_id, Push.achievement_id).where(
        Push.demand_id.in_(demand_ids), Push.state != PushState.CANCELLED
    )
    unwilling = select(OwnerAnswer.demand_id, OwnerAnswer.achievement_id).where(
        OwnerAnswer.demand_id.in_(demand_ids),
        OwnerAnswer.side == Side.ACHIEVEMENT,
        OwnerAnswer.interested.is_(False),
    )
    groups = groups_of_copies(
        session,
        demand_ids,
        least=policy.threshold,
        leading={(row[0], row[1]) for row in session.execute(pushed)},
        left_out={(row[0], row[1]) for row in session.execute(unwilling)},
    )
    behind = {
        (demand_id, copy) for demand_id, found in groups.items() for group in found for copy in group[1:]
    }
    return frozenset(behind.intersection(keys))
