"""Managers' answers to their pushes, counted for the recommendation of managers."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.database import now
from app.engagements.lifecycle.outcomes import age_weight
from app.matching.managers.track_records import PushHistory, Tally
from app.pushes.models import Push, PushState

ABOUT_THE_PAIR = ("too_early", "outside_need", "price", "terms", "already_known", "unclear_text")
"""Reasons for declining that concern the pair and say nothing about the manager."""


def push_histories(session: Session, manager_ids: Collection[UUID]) -> dict[UUID, PushHistory]:
    """The push history of each manager; managers without pushes are not in the result. Older answers weigh less.

    A push that expired without an answer counts as bad. Cancelled and pending pushes count neither as good nor as bad.
    """
    if not manager_ids:
        return {}
    weight = age_weight(func.coalesce(Push.answered_at, Push.ended_at), now())
    bad = (Push.state == PushState.EXPIRED) | (
        (Push.state == PushState.DECLINED) & Push.decline_reason.not_in(ABOUT_THE_PAIR)
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
