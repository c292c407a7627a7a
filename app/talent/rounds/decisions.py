"""Decisions of operators on round entries, and objections of managers with their answers."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.organisations.recusal import refuse_tied
from app.conditional_requests import check_if_sent
from app.database import now, one_or_not_found
from app.errors import Conflict, Invalid, NotFound
from app.events.catalogue import ObjectionAnswered, ObjectionRaised, RecognitionDecided
from app.events.catalogue.talent import ObjectionEvent
from app.events.outbox import emit
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
        NotFound: it does not exist, or the principal may not see it.
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
    """Confirm the computed tier, or correct it to another tier (None: no tier) with a reason.

    Raises:
        Conflict: the round is not frozen, or already published.
        Invalid: a correction, or a decision about what is in doubt, has no reason.
    """
    round_, entry, is_changed = _decide(session, entry_id, tier, reason, principal, if_match)
    if is_changed:
        emit(
            session,
            RecognitionDecided(
                subject_id=entry.id, round_id=round_.id, manager_id=entry.manager_id, year=round_.year
            ),
        )
    return entry


def _decide(
    session: Session,
    entry_id: UUID,
    tier: Tier | None,
    reason: str | None,
    principal: Principal,
    if_match: str | None,
) -> tuple[RecognitionRound, RecognitionEntry, bool]:
    """As `decide`, without notifying the manager; with the round, and whether the result is another one now."""
    require(principal, Action.ROUND_MANAGE)
    unlocked_entry = find_entry(session, entry_id, principal=principal)
    # Lock the round before the entry, as publication does, so that no decision is made during publication.
    round_ = find(session, unlocked_entry.round_id, principal=principal, lock=True)
    _check_changeable(round_)
    entry = find_entry(session, entry_id, principal=principal, lock=True)
    refuse_tied(session, principal, managers=[entry.manager_id])
    check_if_sent(if_match, entry)
    new_tier = tier.value if tier else None
    corrected = new_tier != entry.computed_tier
    if (corrected or entry.doubt) and not reason:
        raise Invalid.field(
            "reason",
            "required",
            "与计算结果不同，或所依据的证书、合同已失效时须说明理由",
            "is required if the tier differs from the computed one, or what it rests on was taken back",
        )
    before = entry.tier
    is_changed = before != new_tier or entry.decision == Decision.PENDING
    entry.tier = new_tier
    entry.decision = (Decision.CORRECTED if corrected else Decision.CONFIRMED).value
    entry.reason, entry.decided_by, entry.decided_at = reason, principal.user_id, now()
    entry.doubt = entry.doubted_at = None
    session.flush()
    audit.record(session, principal, "round.decide", entry.id, f"{before} → {new_tier}")
    return round_, entry, is_changed


def raise_objection(
    session: Session, round_id: UUID, manager_id: UUID | None, text: str, *, principal: Principal
) -> Objection:
    """
    Raises:
        NotFound: the manager has no entry in the round.
        Conflict: the round does not accept objections now, or one of the manager is still unanswered.
    """
    manager = manager_for(session, manager_id, Action.ROUND_OBJECT, principal=principal)
    round_ = find(session, round_id, principal=principal, lock=True)
    _check_changeable(round_)
    entry_id = session.scalar(
        select(RecognitionEntry.id).where(
            RecognitionEntry.round_id == round_.id, RecognitionEntry.manager_id == manager.id
        )
    )
    if entry_id is None:
        raise NotFound()
    if session.scalar(select(Objection.id).where(Objection.entry_id == entry_id, Objection.state == "open")):
        raise Conflict(
            "This manager already has an unanswered objection.", "已有待处理的异议。", code="objection_open"
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
    emit(session, _event(objection, ObjectionRaised))
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
    """Answer an objection. If it is upheld, `tier` is the corrected tier and the answer becomes the reason.

    Raises:
        NotFound: it does not exist.
        Conflict: it was already answered, or the round is not frozen or already published.
    """
    require(principal, Action.ROUND_MANAGE)
    round_id = one_or_not_found(session, select(Objection.round_id).where(Objection.id == objection_id))
    _check_changeable(find(session, round_id, principal=principal, lock=True))
    objection = session.get_one(Objection, objection_id, with_for_update=True)
    refuse_tied(session, principal, managers=[objection.manager_id])
    if objection.state != "open":
        raise Conflict(
            "This objection has already been answered.",
            "该异议已处理。",
            code="wrong_state",
            state=objection.state,
        )
    if upheld:
        _decide(session, objection.entry_id, tier, text[:500], principal, None)
    objection.state = "upheld" if upheld else "dismissed"
    objection.answer, objection.answered_by, objection.answered_at = text, principal.user_id, now()
    session.flush()
    audit.record(session, principal, f"round.objection_{objection.state}", objection.id)
    emit(session, _event(objection, ObjectionAnswered))
    return objection


def _event(objection: Objection, kind: type[ObjectionEvent]) -> ObjectionEvent:
    return kind(
        subject_id=objection.id,
        round_id=objection.round_id,
        manager_id=objection.manager_id,
        state=objection.state,
    )


def _check_changeable(round_: RecognitionRound) -> None:
    if round_.state not in CHANGEABLE:
        raise Conflict(
            "This is only possible after the round is frozen and before it is published.",
            "仅可在冻结后、公布前操作。",
            code="wrong_state",
            state=round_.state,
        )
