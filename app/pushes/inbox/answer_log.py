"""What every answer to a push leaves behind: its round's outcome, and an event from which ranking learns."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.events.outbox import Event, emit
from app.pushes import queries
from app.pushes.eligibility.attempts import current_attempt
from app.pushes.models import Push, PushState

UNDO_WINDOW = timedelta(minutes=15)
"""For how long an answer may be undone, where no setting says otherwise."""


def position_in_inbox(session: Session, push: Push, moment: datetime) -> int:
    """The push's place, from 1, among what waits in its manager's inbox: what is read first is taken up more often."""
    before = select(func.count()).where(
        Push.manager_id == push.manager_id,
        Push.rank_key > push.rank_key,
        Push.id != push.id,
        queries.is_actionable(moment),
    )
    return (session.scalar(before) or 0) + 1


def log_answer(
    session: Session,
    push: Push,
    state: PushState,
    *,
    principal: Principal,
    moment: datetime,
    undo: timedelta,
    reason: str | None = None,
    note: str | None = None,
) -> Event:
    """ACCEPTED or DECLINED, with what follows: ``push.accepted`` or ``push.declined``."""
    told = facts_of(session, push, moment) | ({"reason": reason} if reason else {})
    push.state = state
    push.read_at = push.read_at or moment
    push.answered_at = moment
    push.answered_by = principal.user_id or principal.api_key_id
    push.snoozed_until = None
    push.undo_until = moment + undo
    push.decline_reason = reason
    push.note = note
    round_ = current_attempt(session, push)
    round_.outcome = state
    round_.reason = reason
    round_.answered_at = moment
    session.flush()
    return emit(session, f"push.{state}", subject_id=push.id, payload=told)


def facts_of(session: Session, push: Push, moment: datetime) -> dict[str, Any]:
    """What ranking learns from: who and what, in which place of the list, with which scores, of which model."""
    return {
        "push_id": str(push.id),
        "round": push.round,
        "manager_id": str(push.manager_id),
        "demand_id": str(push.demand_id),
        "achievement_id": str(push.achievement_id),
        "position": position_in_inbox(session, push, moment),
        "pair_score": push.pair_score,
        "manager_score": push.manager_score,
        "rank_score": push.rank_score,
        "model_version": push.model_version,
    }
