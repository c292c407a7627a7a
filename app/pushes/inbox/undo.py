"""Undo of an answer within its time limit, together with its consequences."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.conditional_requests import check_if_sent
from app.database import now, one_or_not_found
from app.engagements.lifecycle.stage_changes import pushes_under_way, retract
from app.errors import Conflict
from app.events.catalogue import PushUndone
from app.events.outbox import emit
from app.matching.facts.constraints import Violation
from app.pushes import queries
from app.pushes.eligibility.facts import PushFacts
from app.pushes.eligibility.history import UNDONE, current_attempt
from app.pushes.eligibility.loader import load_snapshot
from app.pushes.eligibility.pair_rules import DEALS
from app.pushes.eligibility.rules import as_told, pending_violations
from app.pushes.inbox.answer_log import answer_payload
from app.pushes.inbox.offers import is_undoable
from app.pushes.inbox_log import record_change
from app.pushes.models import Push, PushState
from app.pushes.policy import Policy


def undo(
    session: Session,
    push_id: UUID,
    *,
    principal: Principal,
    policy: Policy,
    if_match: str | None = None,
) -> Push:
    """Undo an acceptance or a decline: the push is pending again, as read.

    The engagement that an acceptance opened ends, provided that no owner has answered yet. The next manager's push that
    followed a decline is cancelled, unless that manager has read it; in that case both managers keep their push.

    Raises:
        NotFound: no such push of the principal's.
        Conflict: there is no answer, the time limit has passed, the engagement is in progress, or a rule now forbids
            the push.
    """
    require(principal, Action.PUSH_ANSWER, own=True)
    query = queries.visible(select(Push).where(Push.id == push_id), principal)
    known = one_or_not_found(session, query)
    key = known.pair_key
    followers = session.scalars(select(Push).where(Push.follows_id == push_id)).all()
    managers = {known.manager_id, *(push.manager_id for push in followers)}
    snapshot = load_snapshot(session, policy=policy, pairs=[key], manager_ids=managers, lock=True)
    push = session.scalars(query.with_for_update(of=Push).execution_options(populate_existing=True)).one()
    check_if_sent(if_match, push)
    _check(push)
    _check_rules(snapshot.of(key, push.manager_id), accepted=push.state == PushState.ACCEPTED)
    if push.state == PushState.ACCEPTED:
        retract(session, push.id, principal=principal)
    answered = answer_payload(session, push, now())
    previous, reason = push.state, push.decline_reason
    _reopen(session, push)
    record_change(session, push)
    _cancel_unread(session, [push.id for push in followers])
    session.flush()
    emit(session, PushUndone(**answered, previous=previous, reason=reason))
    return push


def undoable(session: Session, pushes: Sequence[Push], *, policy: Policy) -> list[Push]:
    """Those of the principal's pushes whose answer `undo` would take back now, in their order."""
    moment = now()
    answered = [push for push in pushes if is_undoable(push, moment)]
    if not answered:
        return []
    under_way = pushes_under_way(session, [push.id for push in answered if push.state == PushState.ACCEPTED])
    free = [push for push in answered if push.id not in under_way]
    if not free:
        return []
    snapshot = load_snapshot(
        session,
        policy=policy,
        pairs=[push.pair_key for push in free],
        manager_ids={push.manager_id for push in free},
    )
    return [
        push
        for push in free
        if not _broken_rules(
            snapshot.of(push.pair_key, push.manager_id),
            accepted=push.state == PushState.ACCEPTED,
        )
    ]


def _broken_rules(facts: PushFacts, *, accepted: bool) -> list[Violation]:
    """A deal is no obstacle to the undo of an acceptance: it may be the engagement that the acceptance opened."""
    found = as_told(pending_violations(facts), facts.pair)
    return [rule for rule in found if not (accepted and rule.code in DEALS)]


def _check_rules(facts: PushFacts, *, accepted: bool) -> None:
    broken = _broken_rules(facts, accepted=accepted)
    if broken:
        raise Conflict(
            f"This push is no longer valid: {'; '.join(rule.en for rule in broken)}.",
            f"此推送已失效：{'；'.join(rule.zh for rule in broken)}。",
            code=broken[0].code,
        )


def _cancel_unread(session: Session, push_ids: Sequence[UUID]) -> None:
    for push in session.scalars(queries.locked(push_ids)):
        if push.state == PushState.NEW:
            push.state = PushState.CANCELLED
            push.ended_reason = UNDONE
            push.ended_at = now()
            record_change(session, push)


def _check(push: Push) -> None:
    if push.state not in (PushState.ACCEPTED, PushState.DECLINED):
        raise Conflict(
            f"This push has the state {push.state}; there is no answer to undo.",
            "此推送没有可撤回的答复。",
            code="nothing_to_undo",
            state=push.state,
        )
    if not is_undoable(push, now()):
        raise Conflict(
            "The time limit for undoing this answer has passed.",
            "撤回期限已过，不能再撤回此答复。",
            code="undo_too_late",
            state=push.state,
        )


def _reopen(session: Session, push: Push) -> None:
    attempt = current_attempt(session, push)
    attempt.outcome = attempt.reason = attempt.answered_at = None
    push.state = PushState.READ
    push.answered_at = push.answered_by = push.undo_until = None
    push.decline_reason = push.note = None
