"""An officer's decision on an entry, and objections with their answers. Flushes, never commits."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.conditional_requests import check_if_sent
from app.database import now, one_or_not_found
from app.errors import Conflict, Invalid, NotFound
from app.talent.access import manager_for, own_rows
from app.talent.rounds.models import (
    CHANGEABLE,
    Decision,
    Objection,
    RecognitionEntry,
    RecognitionRound,
)
from app.talent.rounds.service import find
from app.talent.tiers.enums import Tier


def find_entry(
    session: Session, entry_id: UUID, *, principal: Principal, lock: bool = False
) -> RecognitionEntry:
    """
    Raises:
        NotFound: there is none, or it is about somebody who is not the principal's business.
    """
    require(principal, Action.ROUND_READ, own=True)
    query = select(RecognitionEntry).where(
        RecognitionEntry.id == entry_id, own_rows(RecognitionEntry.manager_id, principal)
    )
    entry = one_or_not_found(session, query.with_for_update(of=RecognitionEntry) if lock else query)
    return entry


def decide(
    session: Session,
    entry_id: UUID,
    tier: Tier | None,
    reason: str | None,
    *,
    principal: Principal,
    if_match: str | None = None,
) -> RecognitionEntry:
    """Confirm what was computed, or put another tier (or none) in its place with a reason.

    Raises:
        Conflict: the round is not frozen, or published already.
        Invalid: a correction needs a reason.
    """
    require(principal, Action.ROUND_MANAGE)
    known = find_entry(session, entry_id, principal=principal)
    # The round first, as whoever publishes does: no decision slips in while he writes the records.
    _changeable(find(session, known.round_id, principal=principal, lock=True))
    entry = find_entry(session, entry_id, principal=principal, lock=True)
    check_if_sent(if_match, entry)
    wanted = tier.value if tier else None
    corrected = wanted != entry.computed_tier
    if corrected and not reason:
        raise Invalid.field(
            "reason",
            "required",
            "与计算结果不同时须说明理由",
            "another tier than the computed one needs a reason",
        )
    before = entry.tier
    entry.tier = wanted
    entry.decision = (Decision.CORRECTED if corrected else Decision.CONFIRMED).value
    entry.reason, entry.decided_by, entry.decided_at = reason, principal.user_id, now()
    session.flush()
    audit.record(session, principal, "round.decide", entry.id, f"{before} → {wanted}: {reason or ''}")
    return entry


def object_(
    session: Session, round_id: UUID, manager_id: UUID | None, text: str, *, principal: Principal
) -> Objection:
    """
    Raises:
        NotFound: the manager is not in the round.
        Conflict: the round is not open to objections (any more), or one of his waits for its answer.
    """
    manager = manager_for(session, manager_id, Action.ROUND_OBJECT, principal=principal)
    round_ = find(session, round_id, principal=principal, lock=True)
    _changeable(round_)
    entry_id = session.scalar(
        select(RecognitionEntry.id).where(
            RecognitionEntry.round_id == round_.id, RecognitionEntry.manager_id == manager.id
        )
    )
    if entry_id is None:
        raise NotFound()
    if session.scalar(select(Objection.id).where(Objection.entry_id == entry_id, Objection.state == "open")):
        raise Conflict(
            "An objection of this manager waits for its answer.", "已有待处理的异议。", code="objection_open"
        )
    objection = Objection(
        round_id=round_.id,
        entry_id=entry_id,
        manager_id=manager.id,
        text=text,
        raised_by=principal.user_id,
    )
    session.add(objection)
    session.flush()
    audit.record(session, principal, "round.object", objection.id, round_.number)
    return objection


def answer_objection(
    session: Session,
    objection_id: UUID,
    *,
    upheld: bool,
    text: str,
    tier: Tier | None,
    principal: Principal,
) -> Objection:
    """`tier` is the corrected one where the objection is upheld; the answer is the correction's reason.

    Raises:
        Conflict: it was answered, or the round is over.
    """
    require(principal, Action.ROUND_MANAGE)
    round_id = one_or_not_found(session, select(Objection.round_id).where(Objection.id == objection_id))
    _changeable(find(session, round_id, principal=principal, lock=True))
    objection = session.get_one(Objection, objection_id, with_for_update=True)
    if objection.state != "open":
        raise Conflict(
            "This objection was answered.", "该异议已处理。", code="wrong_state", state=objection.state
        )
    if upheld:
        decide(session, objection.entry_id, tier, text[:500], principal=principal)
    objection.state = "upheld" if upheld else "dismissed"
    objection.answer, objection.answered_by, objection.answered_at = text, principal.user_id, now()
    session.flush()
    audit.record(session, principal, f"round.objection_{objection.state}", objection.id, text)
    return objection


def _changeable(round_: RecognitionRound) -> None:
    if round_.state not in CHANGEABLE:
        raise Conflict(
            "This is possible only after the freeze and before publication.",
            "仅在冻结之后、公布之前可以操作。",
            code="wrong_state",
            state=round_.state,
        )
