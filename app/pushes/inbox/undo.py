"""Undoing an answer within its time, and what had followed from it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.conditional_requests import check_if_sent
from app.database import now, one_or_not_found
from app.engagements.lifecycle.stage_changes import retract
from app.errors import Conflict
from app.events.catalogue import PushUndone
from app.events.outbox import emit
from app.pushes import queries
from app.pushes.eligibility.attempts import UNDONE, current_attempt
from app.pushes.eligibility.rules import pending_violations
from app.pushes.eligibility.snapshot import load_snapshot
from app.pushes.inbox.answer_log import answer_payload
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
    """Take an acceptance or a refusal back: the push waits again, as read.

    The engagement that an acceptance opened ends, as long as neither owner has answered.
    What a refusal led to (the next manager's push) is cancelled, unless that manager has seen it: then both keep it.

    Raises:
        NotFound: there is no such push of the principal's.
        Conflict: nothing to undo, too late, the engagement is under way, or a rule has ended the push since.
    """
    require(principal, Action.PUSH_ANSWER, own=True)
    query = queries.visible(select(Push).where(Push.id == push_id), principal)
    known = one_or_not_found(session, query)
    key = (known.demand_id, known.achievement_id)
    followers = session.scalars(select(Push).where(Push.follows_id == push_id)).all()
    managers = {known.manager_id, *(push.manager_id for push in followers)}
    standing = load_snapshot(session, policy=policy, pairs=[key], manager_ids=managers, lock=True)
    push = session.scalars(query.with_for_update(of=Push).execution_options(populate_existing=True)).one()
    check_if_sent(if_match, push)
    _check(push)
    broken = pending_violations(standing.of(key, push.manager_id))
    if broken:
        raise Conflict(
            f"The push has ended since: {'; '.join(rule.en for rule in broken)}.",
            f"此推送已失效: {'; '.join(rule.zh for rule in broken)}。",
            code=broken[0].code,
        )
    if push.state == PushState.ACCEPTED:
        retract(session, push.id, principal=principal)
    answered = answer_payload(session, push, now())
    previous, reason = push.state, push.decline_reason
    _wait_again(session, push)
    record_change(session, push)
    for follower in session.scalars(queries.locked([one.id for one in followers])):
        if follower.state == PushState.NEW:
            follower.state = PushState.CANCELLED
            follower.ended_reason = UNDONE
            follower.ended_at = now()
            record_change(session, follower)
    session.flush()
    emit(session, PushUndone(**answered, previous=previous, reason=reason))
    return push


def _check(push: Push) -> None:
    if push.state not in (PushState.ACCEPTED, PushState.DECLINED):
        raise Conflict(
            f"This push is {push.state}; there is no answer to undo.",
            f"此推送当前状态为 {push.state}, 没有可撤回的答复。",
            code="nothing_to_undo",
            state=push.state,
        )
    moment = now()
    if push.undo_until is None or push.undo_until <= moment or push.expires_at <= moment:
        raise Conflict(
            "The time in which this answer could be undone is over.",
            "撤回期限已过,不能再撤回此答复。",
            code="undo_too_late",
            state=push.state,
        )


def _wait_again(session: Session, push: Push) -> None:
    round_ = current_attempt(session, push)
    round_.outcome = round_.reason = round_.answered_at = None
    push.state = PushState.READ
    push.answered_at = push.answered_by = push.undo_until = None
    push.decline_reason = push.note = None
