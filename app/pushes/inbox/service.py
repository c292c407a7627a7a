"""What a manager does with pushes: list, read, accept, decline, put off. Flushes, never commits."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.conditional_requests import check_if_sent
from app.database import now, one_or_not_found
from app.engagements.lifecycle.opening import open_engagement
from app.errors import Conflict, Invalid
from app.events.catalogue import PushPostponed
from app.events.outbox import emit
from app.matching.facts.constraints import Violation
from app.pushes import queries
from app.pushes.decline_reasons import check_reason
from app.pushes.eligibility.rules import acceptance_violations
from app.pushes.eligibility.snapshot import load_acceptance_facts
from app.pushes.inbox.answer_log import UNDO_WINDOW, answer_payload, log_answer
from app.pushes.inbox_log import record_change
from app.pushes.models import PENDING, Push, PushState

# What may be done in which state: the whole state machine of a manager's answers.
ALLOWED: Mapping[PushState, tuple[str, ...]] = MappingProxyType(
    {
        PushState.NEW: ("read", "accept", "decline", "later"),
        PushState.READ: ("read", "accept", "decline", "later"),
        PushState.LATER: ("read", "accept", "decline", "later"),
        PushState.ACCEPTED: (),
        PushState.DECLINED: (),
        PushState.EXPIRED: (),
        PushState.CANCELLED: (),
    }
)


def allowed_answers(push: Push, moment: datetime) -> tuple[str, ...]:
    """Empty, too, for a push whose time is over and which nobody has marked expired yet."""
    if push.expires_at <= moment:
        return ()
    return ALLOWED[PushState(push.state)]


def get_push(session: Session, push_id: UUID, *, principal: Principal) -> Push:
    """
    Raises:
        NotFound: there is none, or it is not the principal's to see.
    """
    require(principal, Action.PUSH_READ, own=True)
    push = one_or_not_found(session, queries.visible(select(Push).where(Push.id == push_id), principal))
    return push


def mark_read(session: Session, push_id: UUID, *, principal: Principal, if_match: str | None = None) -> Push:
    """Seen; a push that was seen before stays as it is."""
    push = _answerable(session, push_id, "read", principal, if_match)
    if push.state == PushState.NEW:
        push.state = PushState.READ
        push.read_at = now()
        record_change(session, push)
        session.flush()
    return push


def accept(
    session: Session,
    push_id: UUID,
    *,
    principal: Principal,
    if_match: str | None = None,
    undo: timedelta = UNDO_WINDOW,
) -> Push:
    """Take the pair up, which opens an engagement in the same transaction.

    The manager's row is locked while the open ones are counted: of two acceptances at one moment, the second
    counts the first.

    Raises:
        Conflict: already answered or over; or a rule forbids it by now: closed record, conflict, capacity.
    """
    known = _own(session, push_id, principal)
    facts = load_acceptance_facts(session, (known.demand_id, known.achievement_id), known.manager_id)
    push = _answerable(session, push_id, "accept", principal, if_match)
    broken = acceptance_violations(facts)
    if broken:
        raise _forbidden(broken)
    log_answer(session, push, PushState.ACCEPTED, principal=principal, moment=now(), undo=undo)
    session.flush()
    open_engagement(
        session,
        push_id=push.id,
        demand_id=push.demand_id,
        achievement_id=push.achievement_id,
        manager_id=push.manager_id,
        principal=principal,
    )
    return push


def decline(
    session: Session,
    push_id: UUID,
    *,
    principal: Principal,
    reason: str,
    note: str | None = None,
    if_match: str | None = None,
    undo: timedelta = UNDO_WINDOW,
) -> Push:
    """The pair goes to the next manager. It comes back to this one only if a record changes in what he declined for.

    Raises:
        Invalid: the reason is not in the vocabulary, or `other` came without a note.
        Conflict: already answered or over.
    """
    check_reason(reason, note)
    push = _answerable(session, push_id, "decline", principal, if_match)
    log_answer(
        session,
        push,
        PushState.DECLINED,
        principal=principal,
        moment=now(),
        undo=undo,
        reason=reason,
        note=note,
    )
    return push


def postpone(
    session: Session, push_id: UUID, *, principal: Principal, until: datetime, if_match: str | None = None
) -> Push:
    """Out of the inbox until then.

    Raises:
        Invalid: the time is past, or after the push has expired.
        Conflict: already answered or over.
    """
    push = _answerable(session, push_id, "later", principal, if_match)
    if until <= now():
        raise Invalid.field("until", "past", "应晚于现在", "must be in the future")
    if until >= push.expires_at:
        limit = push.expires_at.isoformat()
        raise Invalid.field(
            "until",
            "after_expiry",
            f"此推送于 {limit} 失效, 请选择更早的时间",
            f"the push expires at {limit}",
        )
    answered = answer_payload(session, push, now())
    if push.read_at is None:
        push.read_at = now()
    push.state = PushState.LATER
    push.snoozed_until = until
    record_change(session, push)
    session.flush()
    emit(session, PushPostponed(**answered, until=until))
    return push


def _own(session: Session, push_id: UUID, principal: Principal, *, lock: bool = False) -> Push:
    """
    Raises:
        NotFound: there is none, or it is not the principal's to answer.
    """
    require(principal, Action.PUSH_ANSWER, own=True)
    query = queries.visible(select(Push).where(Push.id == push_id), principal)
    if lock:
        query = query.with_for_update(of=Push).execution_options(populate_existing=True)
    push = one_or_not_found(session, query)
    return push


def _answerable(
    session: Session, push_id: UUID, verb: str, principal: Principal, if_match: str | None
) -> Push:
    """The push under lock, if the principal may answer it and its state allows this answer."""
    push = _own(session, push_id, principal, lock=True)
    check_if_sent(if_match, push)
    possible = allowed_answers(push, now())
    if verb not in possible:
        state = push.state if possible or push.state not in PENDING else PushState.EXPIRED
        raise Conflict(
            f"This push is {state}; it can no longer be answered so.",
            f"此推送当前状态为 {state}, 不能再作此答复。",
            code="push_state",
            state=state,
            allowed=list(possible),
        )
    return push


def _forbidden(broken: list[Violation]) -> Conflict:
    return Conflict(
        f"This push cannot be accepted: {'; '.join(rule.en for rule in broken)}.",
        f"此推送不能接收: {'; '.join(rule.zh for rule in broken)}。",
        code=broken[0].code,
        violations=[{"code": rule.code, "message_zh": rule.zh, "message_en": rule.en} for rule in broken],
    )
