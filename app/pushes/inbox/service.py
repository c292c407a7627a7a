"""A manager's answers to pushes: read, accept, decline, postpone. Flushes, never commits."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.clock import JINAN_TIME, chinese_end
from app.conditional_requests import check_if_sent
from app.database import now, one_or_not_found
from app.engagements.lifecycle.opening import open_engagement
from app.errors import Conflict, Invalid
from app.events.catalogue import PushPostponed
from app.events.outbox import emit
from app.matching.facts.constraints import Violation
from app.pushes import queries
from app.pushes.decline_reasons import check_reason
from app.pushes.eligibility.acceptance import load_acceptance_facts
from app.pushes.eligibility.rules import acceptance_violations, as_told
from app.pushes.inbox.answer_log import UNDO_WINDOW, answer_payload, log_answer
from app.pushes.inbox.end_reasons import end_of, has_hidden_owner
from app.pushes.inbox.offers import allowed_answers
from app.pushes.inbox_log import record_change
from app.pushes.models import PENDING, Push, PushState
from app.pushes.policy import RepushPolicy

_DEFAULT_REPUSH = RepushPolicy()


_STATE_WORDS: Mapping[PushState, str] = MappingProxyType(
    {
        PushState.NEW: "尚未答复",
        PushState.READ: "尚未答复",
        PushState.LATER: "已设为稍后处理",
        PushState.ACCEPTED: "已接收",
        PushState.DECLINED: "已谢绝",
        PushState.EXPIRED: "已过期",
        PushState.CANCELLED: "已取消",
    }
)


def get_push(session: Session, push_id: UUID, *, principal: Principal) -> Push:
    """The push, if the principal may see it.

    Raises:
        NotFound: no such push, or the principal may not see it.
    """
    require(principal, Action.PUSH_READ, own=True)
    push = one_or_not_found(session, queries.visible(select(Push).where(Push.id == push_id), principal))
    return push


def mark_read(session: Session, push_id: UUID, *, principal: Principal, if_match: str | None = None) -> Push:
    """Mark a new push as read; others stay as they are."""
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
    repush: RepushPolicy = _DEFAULT_REPUSH,
) -> Push:
    """Accept the push and open an engagement in the same transaction.

    The manager's row is locked while open engagements are counted, so that of two simultaneous acceptances the second
    counts the first.

    Raises:
        NotFound: no such push of the principal's.
        Conflict: the push has been answered or has ended, or a rule now forbids it (closed record, conflict of
            interest, a deal or a refusal of the pair, capacity).
    """
    known = _own(session, push_id, principal)
    wanted = (known.pair_key, known.manager_id)
    facts = load_acceptance_facts(session, [wanted], repush=repush, lock=True)[wanted]
    push = _answerable(session, push_id, "accept", principal, if_match)
    broken = as_told(acceptance_violations(facts), facts.pair)
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
    """Decline the push; the pair goes to the next manager. It is pushed to this one again only if a record changes in a
    way that resolves the reason.

    Raises:
        Invalid: the reason is not in the vocabulary, or a note is missing for `other`.
        NotFound: no such push of the principal's.
        Conflict: the push has been answered or has ended.
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
    """Hide the push from the inbox until a later time.

    Raises:
        Invalid: `until` is in the past, or not before the push expires.
        NotFound: no such push of the principal's.
        Conflict: the push has been answered or has ended.
    """
    push = _answerable(session, push_id, "later", principal, if_match)
    if until <= now():
        raise Invalid.field("until", "past", "应晚于当前时间", "must be in the future")
    if until >= push.expires_at:
        local = push.expires_at.astimezone(JINAN_TIME)
        raise Invalid.field(
            "until",
            "after_expiry",
            f"此推送于 {chinese_end(push.expires_at)} 失效，请选择更早的时间",
            f"must be before the push expires at {local:%Y-%m-%d %H:%M}, Beijing time",
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
        why = end_of(push, hidden=has_hidden_owner(session, push))
        raise Conflict(
            f"This push has the state {state} and does not allow this answer{f': {why.en}' if why else ''}.",
            f"此推送{_STATE_WORDS[PushState(state)]}，不能作此答复{f'：{why.zh}' if why else ''}。",
            code="push_state",
            state=state,
            ended_reason=why.code if why else push.ended_reason,
            allowed=list(possible),
        )
    return push


def _forbidden(broken: list[Violation]) -> Conflict:
    return Conflict(
        f"This push cannot be accepted: {'; '.join(rule.en for rule in broken)}.",
        f"此推送不能接收：{'；'.join(rule.zh for rule in broken)}。",
        code=broken[0].code,
        violations=[{"code": rule.code, "message_zh": rule.zh, "message_en": rule.en} for rule in broken],
    )
