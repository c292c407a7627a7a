"""The record of an answer to a push: the outcome of the attempt, and an event from which the ranker learns."""

from datetime import datetime, timedelta
from typing import TypedDict
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.events.catalogue import PushAccepted, PushDeclined
from app.events.outbox import emit
from app.pushes import queries
from app.pushes.eligibility.history import current_attempt
from app.pushes.inbox_log import record_change
from app.pushes.models import Push, PushState

UNDO_WINDOW = timedelta(minutes=15)
"""How long an answer may be undone, unless a setting overrides it."""


def position_in_inbox(session: Session, push: Push, moment: datetime) -> int:
    """The push's position, from 1, among the actionable pushes of its manager. Higher positions are accepted more
    often, which training corrects for."""
    ahead = select(func.count()).where(
        Push.manager_id == push.manager_id,
        Push.rank_key > push.rank_key,
        Push.id != push.id,
        queries.is_actionable(moment),
    )
    return (session.scalar(ahead) or 0) + 1


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
) -> None:
    """Store the answer `state` (ACCEPTED or DECLINED), and emit `PushAccepted` or `PushDeclined`.

    `undo` is how long the answer may be undone.
    """
    answered = answer_payload(session, push, moment)
    push.state = state
    push.read_at = push.read_at or moment
    push.answered_at = moment
    push.answered_by = principal.user_id or principal.api_key_id
    push.snoozed_until = None
    push.undo_until = moment + undo
    push.decline_reason = reason
    push.note = note
    record_change(session, push)
    attempt = current_attempt(session, push)
    attempt.outcome = state
    attempt.reason = reason
    attempt.answered_at = moment
    session.flush()
    accepted = state is PushState.ACCEPTED
    emit(session, PushAccepted(**answered) if accepted else PushDeclined(**answered, reason=reason))


class AnswerPayload(TypedDict):
    """The fields of a `PushAnswered`."""

    subject_id: UUID
    push_id: UUID
    round: int
    manager_id: UUID
    demand_id: UUID
    achievement_id: UUID
    position: int
    pair_score: float
    manager_score: float
    rank_score: float
    model_version: str


def answer_payload(session: Session, push: Push, moment: datetime) -> AnswerPayload:
    """The facts that the ranker learns from, read before the answer changes the push."""
    return {
        "subject_id": push.id,
        "push_id": push.id,
        "round": push.round,
        "manager_id": push.manager_id,
        "demand_id": push.demand_id,
        "achievement_id": push.achievement_id,
        "position": position_in_inbox(session, push, moment),
        "pair_score": push.pair_score,
        "manager_score": push.manager_score,
        "rank_score": push.rank_score,
        "model_version": push.model_version,
    }
