"""What managers did with the pushes they got, counted for the recommendation of managers."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.database import now
from app.engagements.lifecycle.outcomes import age_weight
from app.matching.managers.shrinkage import PushHistory, Tally
from app.pushes.models import Push, PushState

SAYS_NOTHING = ("too_early", "outside_need", "price", "terms", "already_known", "unclear_text")
"""Reasons of a decline that speak about the pair and not about the manager who saw it."""


def push_histories(session: Session, manager_ids: Collection[UUID]) -> dict[UUID, PushHistory]:
    """By manager; who never got a push is not in the answer. An answer counts the less, the older it is.

    A push that ran out unread or unanswered counts as bad; a cancelled one, or one that still waits, as nothing.
    """
    if not manager_ids:
        return {}
    weight = age_weight(func.coalesce(Push.answered_at, Push.ended_at), now())
    bad = (Push.state == PushState.EXPIRED) | (
        (Push.state == PushState.DECLINED) & Push.decline_reason.not_in(SAYS_NOTHING)
    )
    rows = session.execute(
        select(
            Push.manager_id,
            func.count(),
            func.sum(case((Push.state == PushState.ACCEPTED, weight), else_=0.0)),
            func.sum(case((bad, weight), else_=0.0)),
        )
        .where(Push.manager_id.in_(manager_ids))
        .group_by(Push.manager_id)
    )
    return {
        manager_id: PushHistory(pushes=pushes, answers=Tally(float(good), float(poor)))
        for manager_id, pushes, good, poor in rows
    }
