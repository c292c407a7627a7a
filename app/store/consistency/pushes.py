"""Pushes: each has the attempt that it is at, and each acceptance that holds has its engagement."""

from sqlalchemy import func, or_, select

from app.engagements.models import Engagement
from app.pushes.models import PENDING, Push, PushAttempt, PushState
from app.store.consistency.result import CheckResult, CheckScope


def pushes(scope: CheckScope, result: CheckResult) -> None:
    """Each push has its present attempt, with the answer that the push has, and an accepted one has an engagement."""
    session = scope.session
    result.examined = session.scalar(select(func.count()).select_from(Push)) or 0
    present = (PushAttempt.push_id == Push.id) & (PushAttempt.round == Push.round)
    without = select(Push.id).outerjoin(PushAttempt, present).where(PushAttempt.id.is_(None))
    for push_id in session.scalars(without):
        result.add(push_id, "没有本次推送的记录", "has no row of its present attempt")
    answered = (PushState.ACCEPTED, PushState.DECLINED)
    other = or_(
        Push.state.in_(answered) & (PushAttempt.outcome.is_(None) | (PushAttempt.outcome != Push.state)),
        Push.state.in_(PENDING) & PushAttempt.outcome.is_not(None),
    )
    for push_id in session.scalars(select(Push.id).join(PushAttempt, present).where(other)):
        result.add(push_id, "答复与本次推送的记录不符", "has another answer than its present attempt")
    unopened = (
        select(Push.id)
        .outerjoin(Engagement, Engagement.push_id == Push.id)
        .where(Push.state == PushState.ACCEPTED, Push.ended_at.is_(None), Engagement.id.is_(None))
    )
    for push_id in session.scalars(unopened):
        result.add(push_id, "已接受，却没有对接", "is accepted, but has no engagement")
