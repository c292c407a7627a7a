"""Recognition rounds: opening, freezing of all inputs, review and publication."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.clock import last_day, today
from app.conditional_requests import check_if_sent
from app.database import now, one_or_not_found
from app.errors import Conflict
from app.events.catalogue import (
    RecognitionCancelled,
    RecognitionFrozen,
    RecognitionPublished,
    RecognitionReopened,
)
from app.events.outbox import emit
from app.libraries.managers.models import Manager
from app.libraries.record.enums import RecordState
from app.libraries.record.reference_numbers import take_numbers
from app.talent import awards
from app.talent.recognition_facts import digest, pack
from app.talent.rounds.models import (
    TRANSITIONS,
    Decision,
    Objection,
    RecognitionEntry,
    RecognitionRound,
    RoundState,
)
from app.talent.tiers.choices import choices
from app.talent.tiers.engine import Evaluation, evaluate
from app.talent.tiers.enums import Wording
from app.talent.tiers.loader import cases, managers_with_tier_inputs
from app.talent.tiers.rules import rules_of, rules_of_begun_year
from app.talent.tiers.service import summary
from app.talent.transitions import begin, take_transition


def open_round(session: Session, year: int, title: str, *, principal: Principal) -> RecognitionRound:
    """
    Raises:
        Invalid: no tier rules apply to that year, or it has not begun.
        Conflict: a round of that year already exists.
    """
    require(principal, Action.ROUND_MANAGE)
    rules = rules_of_begun_year(year)
    existing_number = session.scalar(
        select(RecognitionRound.number).where(
            RecognitionRound.year == year, RecognitionRound.state != RoundState.CANCELLED
        )
    )
    if existing_number is not None:
        raise Conflict(
            f"A round for {year} already exists: {existing_number}.",
            f"{year} 年度认定已存在：{existing_number}。",
            code="round_exists",
        )
    (number,) = take_numbers(session, "RD", prefix="RD")
    round_ = RecognitionRound(
        number=number, year=year, title=title, rule_set_id=rules.id, created_by=principal.user_id
    )
    session.add(round_)
    begin(session, round_, concept="round", principal=principal)
    return round_


def find(session: Session, round_id: UUID, *, principal: Principal, lock: bool = False) -> RecognitionRound:
    require(principal, Action.ROUND_READ, own=True)
    query = select(RecognitionRound).where(RecognitionRound.id == round_id)
    round_ = one_or_not_found(session, query.with_for_update(of=RecognitionRound) if lock else query)
    return round_


def change_state(
    session: Session,
    round_id: UUID,
    name: str,
    note: str | None,
    *,
    principal: Principal,
    if_match: str | None = None,
) -> RecognitionRound:
    """Make a transition of `models.TRANSITIONS` with its effects.

    Raises:
        Conflict: the action is not possible in the current state, or decisions or objections are pending.
        Invalid: the reason is missing.
    """
    require(principal, Action.ROUND_MANAGE)
    round_ = find(session, round_id, principal=principal, lock=True)
    check_if_sent(if_match, round_)
    if name == "review":
        _check_decided(session, round_)
    if name == "publish":
        _check_decided(session, round_)
        _check_objections_answered(session, round_)
    if name == "freeze" and round_.state == RoundState.OPEN:
        _freeze(session, round_)
    take_transition(
        session, round_, TRANSITIONS[name], states=RoundState, concept="round", principal=principal, note=note
    )
    listed = _listed(session, round_) if name in _ANNULLING else []
    if listed:
        emit(
            session,
            _ANNULLING[name](subject_id=round_.id, year=round_.year, manager_ids=listed, reason=note or ""),
        )
    if name == "reopen":
        _unfreeze(session, round_)
    if name == "publish":
        _write_recognised_tiers(session, round_, principal)
    session.flush()
    return round_


def entry_of(manager: Manager, evaluation: Evaluation, *, round_id: UUID) -> RecognitionEntry:
    """The frozen entry of a manager: all inputs, the computed tier, and whether an operator must decide."""
    inputs = pack(evaluation.case)
    tier = evaluation.tier.value if evaluation.tier else None
    is_pending = evaluation.rule is not None and evaluation.rule.wording is Wording.MAY
    return RecognitionEntry(
        round_id=round_id,
        manager_id=manager.id,
        manager_number=manager.number,
        manager_name=manager.title,
        inputs=inputs,
        digest=digest(inputs),
        computed_tier=tier,
        rule_id=evaluation.rule.id if evaluation.rule else None,
        figures=summary(evaluation),
        tier=None if is_pending else tier,
        decision=(Decision.PENDING if is_pending else Decision.COMPUTED).value,
    )


def round_digest(rules: Any, configuration: Any, entries: Sequence[RecognitionEntry]) -> str:
    """Digest of rules, configuration and the inputs of all entries; any change of these changes it."""
    parts = sorted((str(entry.manager_id), digest(entry.inputs)) for entry in entries)
    return digest({"rules": rules, "configuration": configuration, "entries": [list(part) for part in parts]})


def _freeze(session: Session, round_: RecognitionRound) -> None:
    rules = rules_of(round_.year)
    policy_choices = choices(session, rules)
    round_.as_of = last_day(round_.year, today())
    round_.rule_set_id = rules.id
    round_.rules = rules.model_dump(mode="json")
    round_.configuration = policy_choices.values.model_dump(mode="json")
    managers = _candidates(session)
    tier_cases = cases(session, list(managers), year=round_.year, day=round_.as_of)
    entries = [
        entry_of(managers[id_], evaluate(rules, policy_choices.values, case), round_id=round_.id)
        for id_, case in tier_cases.items()
    ]
    session.add_all(entries)
    round_.digest = round_digest(round_.rules, round_.configuration, entries)
    round_.frozen_at = now()
    listed = [entry.manager_id for entry in entries]
    emit(session, RecognitionFrozen(subject_id=round_.id, year=round_.year, manager_ids=listed))


def _candidates(session: Session) -> dict[UUID, Manager]:
    """Published managers with a contract share or a verified certificate; all others have no tier."""
    rows = session.scalars(
        select(Manager)
        .where(Manager.id.in_(managers_with_tier_inputs(session)), Manager.state == RecordState.PUBLISHED)
        .order_by(Manager.id)
    )
    return {row.id: row for row in rows}


_ANNULLING: Mapping[str, type[RecognitionReopened | RecognitionCancelled]] = {
    "reopen": RecognitionReopened,
    "cancel": RecognitionCancelled,
}
"""Transitions after which the results that managers have seen hold no longer."""


def _listed(session: Session, round_: RecognitionRound) -> list[UUID]:
    """Managers with a tier, computed or decided, and those who objected: for others nothing ends."""
    objected = select(Objection.entry_id).where(Objection.round_id == round_.id)
    query = select(RecognitionEntry.manager_id).where(
        RecognitionEntry.round_id == round_.id,
        or_(
            RecognitionEntry.computed_tier.is_not(None),
            RecognitionEntry.decision.in_((Decision.CONFIRMED, Decision.CORRECTED)),
            RecognitionEntry.id.in_(objected),
        ),
    )
    return sorted(session.scalars(query))


def _unfreeze(session: Session, round_: RecognitionRound) -> None:
    session.execute(delete(Objection).where(Objection.round_id == round_.id))
    session.execute(delete(RecognitionEntry).where(RecognitionEntry.round_id == round_.id))
    round_.rules = round_.configuration = round_.as_of = round_.digest = round_.frozen_at = None


def _check_decided(session: Session, round_: RecognitionRound) -> None:
    pending = session.scalar(
        select(func.count()).where(
            RecognitionEntry.round_id == round_.id, RecognitionEntry.decision == Decision.PENDING
        )
    )
    if pending:
        raise Conflict(
            f"{pending} entries are pending decision by an operator.",
            f"尚有 {pending} 人待审定。",
            code="decisions_pending",
            pending=pending,
        )


def _check_objections_answered(session: Session, round_: RecognitionRound) -> None:
    unanswered = session.scalar(
        select(func.count()).where(Objection.round_id == round_.id, Objection.state == "open")
    )
    if unanswered:
        raise Conflict(
            f"{unanswered} objections have not been answered.",
            f"尚有 {unanswered} 项异议未处理。",
            code="objections_open",
            objections=unanswered,
        )


def _write_recognised_tiers(session: Session, round_: RecognitionRound, principal: Principal) -> None:
    """Write the recognised tiers to the managers' records, except where a later year is recorded."""
    rows = session.execute(
        select(RecognitionEntry.manager_id, RecognitionEntry.tier)
        .join(Manager, Manager.id == RecognitionEntry.manager_id)
        .where(
            RecognitionEntry.round_id == round_.id,
            RecognitionEntry.tier.is_not(None),
            func.coalesce(Manager.recognised_year, 0) <= round_.year,
        )
    )
    recognised = {
        manager_id: {"recognised_tier": tier, "recognised_year": round_.year} for manager_id, tier in rows
    }
    awards.write(session, recognised, action="recognise", principal=principal, note=round_.number)
    round_.published_at = now()
    listed = session.scalars(
        select(RecognitionEntry.manager_id).where(RecognitionEntry.round_id == round_.id)
    ).all()
    emit(
        session,
        RecognitionPublished(
            subject_id=round_.id, year=round_.year, recognised=len(recognised), manager_ids=list(listed)
        ),
    )
