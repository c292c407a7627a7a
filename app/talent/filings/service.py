"""Filings: creation, submission with the pledge, review, renewal, suspension, cancellation and expiry."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import SYSTEM, Principal
from app.clock import last_day_of_period, today
from app.conditional_requests import check_if_match, check_if_sent
from app.database import now, one_or_not_found
from app.errors import Conflict, Invalid
from app.events.catalogue import FilingChanged
from app.events.outbox import emit
from app.settings import Settings
from app.talent import awards
from app.talent.access import is_own, manager_for, own_rows
from app.talent.filings.checks import check_renewal_day
from app.talent.filings.models import IN_FORCE, TRANSITIONS, Filing, FilingState
from app.talent.transitions import begin, take_transition

EXPIRY_BATCH = 200


@cache
def pledge() -> Mapping[str, Any]:
    """The current pledge (承诺书): `version`, and its sentences in `zh` and `en`."""
    text = (files(__package__) / "pledge.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def in_force(filing: Filing, day: date) -> bool:
    if filing.valid_from is None or filing.valid_to is None:
        return False
    return filing.state in IN_FORCE and filing.valid_from <= day <= filing.valid_to


def file(session: Session, manager_id: UUID | None, statement: str, *, principal: Principal) -> Filing:
    """
    Raises:
        Conflict: the manager already has a filing that is not cancelled.
    """
    manager = manager_for(session, manager_id, Action.FILING_CREATE, principal=principal, lock=True)
    existing_id = session.scalar(
        select(Filing.id).where(Filing.manager_id == manager.id, Filing.state != FilingState.CANCELLED)
    )
    if existing_id is not None:
        raise Conflict(
            "This manager already has a filing; renew or cancel it.",
            "该技术经理人已有备案或备案申请，请办理续期或先行注销。",
            code="filed_already",
            filing_id=str(existing_id),
        )
    filing = Filing(manager_id=manager.id, statement=statement, created_by=principal.user_id)
    session.add(filing)
    begin(session, filing, concept="filing", principal=principal)
    return filing


def find(session: Session, filing_id: UUID, *, principal: Principal, lock: bool = False) -> Filing:
    """
    Raises:
        NotFound: it does not exist, or the principal may not see it.
    """
    require(principal, Action.FILING_READ, own=True)
    query = select(Filing).where(Filing.id == filing_id, own_rows(Filing.manager_id, principal))
    filing = one_or_not_found(session, query.with_for_update(of=Filing) if lock else query)
    return filing


def change(
    session: Session, filing_id: UUID, statement: str, *, principal: Principal, if_match: str | None
) -> Filing:
    """
    Raises:
        Conflict: the filing was already submitted.
    """
    filing = _for_holder(session, filing_id, principal)
    check_if_match(if_match, filing)
    if filing.state not in (FilingState.DRAFT, FilingState.RETURNED):
        raise Conflict(
            "A filing can only be changed before it is submitted.",
            "备案申请提交后不能修改。",
            code="wrong_state",
            state=filing.state,
        )
    filing.statement = statement
    session.flush()
    return filing


def submit_with_pledge(
    session: Session,
    filing_id: UUID,
    name: str,
    pledge_version: str,
    *,
    principal: Principal,
    settings: Settings,
    if_match: str | None = None,
) -> Filing:
    """Submit or renew a filing (`name` is `submit` or `renew`) with the signed pledge.

    Raises:
        Invalid: `pledge_version` is not the current version of the pledge.
        Conflict: the action is not possible in the current state, or it is too early for a renewal.
    """
    filing = _for_holder(session, filing_id, principal)
    check_if_sent(if_match, filing)
    if pledge_version != pledge()["version"]:
        raise Invalid.field(
            "pledge_version",
            "old_pledge",
            f"承诺书现行版本为 {pledge()['version']}，请阅读后重新承诺",
            f"is outdated; read and accept the current version {pledge()['version']}",
        )
    if name == "renew":
        check_renewal_day(filing, settings)
    take_transition(
        session, filing, TRANSITIONS[name], states=FilingState, concept="filing", principal=principal
    )
    filing.pledge_version = pledge_version
    filing.pledge_signed_at = filing.submitted_at = now()
    filing.pledge_signed_by = principal.user_id
    filing.review_note = None
    return _after_transition(session, filing, name, principal)


def withdraw_or_cancel(
    session: Session,
    filing_id: UUID,
    name: str,
    note: str | None,
    *,
    principal: Principal,
    if_match: str | None = None,
) -> Filing:
    filing = _for_holder(session, filing_id, principal)
    check_if_sent(if_match, filing)
    take_transition(
        session,
        filing,
        TRANSITIONS[name],
        states=FilingState,
        concept="filing",
        principal=principal,
        note=note,
    )
    return _after_transition(session, filing, name, principal)


def expire_due(session: Session) -> int:
    """Expire filings past their last day; returns the number. Locked filings are left for the next run."""
    due = session.scalars(
        select(Filing)
        .where(Filing.state.in_(TRANSITIONS["expire"].sources), Filing.valid_to < today())
        .order_by(Filing.id)
        .limit(EXPIRY_BATCH)
        .with_for_update(of=Filing, skip_locked=True)
    ).all()
    for filing in due:
        take_transition(
            session, filing, TRANSITIONS["expire"], states=FilingState, concept="filing", principal=SYSTEM
        )
        _after_transition(session, filing, "expire", SYSTEM)
    return len(due)


def filed_managers(session: Session, ids: Sequence[UUID], day: date) -> frozenset[UUID]:
    """The managers among `ids` whose filing was in force on that day: also if it has expired since. One that is
    suspended or cancelled counts for no day."""
    query = select(Filing.manager_id).where(
        Filing.manager_id.in_(ids),
        Filing.state.in_((*IN_FORCE, FilingState.EXPIRED)),
        Filing.valid_from <= day,
        Filing.valid_to >= day,
    )
    return frozenset(session.scalars(query))


def _for_holder(session: Session, filing_id: UUID, principal: Principal) -> Filing:
    filing = find(session, filing_id, principal=principal, lock=True)
    require(principal, Action.FILING_CHANGE, own=is_own(session, filing.manager_id, principal))
    return filing


def _last_day(first: date, settings: Settings) -> date:
    return last_day_of_period(first, settings.filing_months)


def _after_transition(session: Session, filing: Filing, name: str, principal: Principal) -> Filing:
    """Emit the event; once the filing has a number, copy it to the manager's record."""
    session.flush()
    if filing.filing_number is not None:
        columns = {
            "filing_number": filing.filing_number,
            "filing_state": filing.state,
            "filing_valid_to": filing.valid_to,
        }
        awards.write(session, {filing.manager_id: columns}, action="filing", principal=principal, note=name)
    emit(
        session,
        FilingChanged(subject_id=filing.id, manager_id=filing.manager_id, move=name, state=filing.state),
    )
    return filing
