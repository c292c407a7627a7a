"""Recognitions in doubt: what they rest on was taken back after the freeze, and the bureau decides what holds.

Nothing ends by itself. Before the publication the entry waits for a decision like any other. After it the recognition
stays as it is published until an operator has decided; then it is kept, or withdrawn, and the public list says so.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.organisations.recusal import refuse_tied
from app.conditional_requests import check_if_sent
from app.database import now
from app.errors import Conflict
from app.events.catalogue import RecognitionDoubted, RecognitionWithdrawn
from app.events.outbox import emit
from app.libraries.managers.models import Manager
from app.talent import awards
from app.talent.certificates.models import CertificateState, TrainingCertificate
from app.talent.recognition_facts import CertificateFacts, ContractFacts, TierCase, unpack
from app.talent.rounds.decisions import find_entry
from app.talent.rounds.models import CHANGEABLE, Decision, RecognitionEntry, RecognitionRound, RoundState
from app.talent.rounds.service import find
from app.talent.tiers.engine import evaluate
from app.talent.tiers.enums import Tier
from app.talent.tiers.loader import cases
from app.talent.tiers.rules import Configuration, RuleSet


def doubt(session: Session, manager_id: UUID, basis_id: UUID, *, cause: str) -> int:
    """Put in doubt what the manager was recognised for and would not be without a certificate or contract, which was
    taken back or made less, and without all that was taken back before it; returns the number of entries.

    What the bureau has kept is in doubt again when more of it is taken back.

    Args:
        basis_id: of the certificate or contract.
        cause: name of the event by which it was taken back.
    """
    doubted = [
        (round_, entry)
        for round_, entry in _entries_of(session, manager_id)
        if _rests_on(session, round_, entry, basis_id)
    ]
    for round_, entry in doubted:
        entry.doubt, entry.doubted_at = cause, now()
        if round_.state in CHANGEABLE:
            entry.tier, entry.decision = None, Decision.PENDING.value
        emit(
            session,
            RecognitionDoubted(
                subject_id=entry.id,
                round_id=round_.id,
                manager_id=manager_id,
                year=round_.year,
                number=entry.manager_number,
                cause=cause,
            ),
        )
    session.flush()
    return len(doubted)


def _entries_of(session: Session, manager_id: UUID) -> list[tuple[RecognitionRound, RecognitionEntry]]:
    """The manager's entries of frozen and published rounds. Rounds are locked before entries, as a publication does."""
    of_manager = select(RecognitionEntry.round_id).where(RecognitionEntry.manager_id == manager_id)
    rounds = session.scalars(
        select(RecognitionRound)
        .where(
            RecognitionRound.id.in_(of_manager),
            RecognitionRound.state.in_((*CHANGEABLE, RoundState.PUBLISHED)),
        )
        .order_by(RecognitionRound.id)
        .with_for_update(of=RecognitionRound)
        .execution_options(populate_existing=True)
    )
    by_id = {round_.id: round_ for round_ in rounds}
    entries = session.scalars(
        select(RecognitionEntry)
        .where(
            RecognitionEntry.manager_id == manager_id,
            RecognitionEntry.round_id.in_(by_id),
            RecognitionEntry.withdrawn_at.is_(None),
        )
        .order_by(RecognitionEntry.id)
        .with_for_update(of=RecognitionEntry)
        .execution_options(populate_existing=True)
    )
    return [(by_id[entry.round_id], entry) for entry in entries]


def _rests_on(session: Session, round_: RecognitionRound, entry: RecognitionEntry, basis_id: UUID) -> bool:
    """Whether the certificate or contract counted, and the computed tier is another one without all that was taken
    back by now: what could be missed alone is needed once the others are gone."""
    if entry.tier is None and entry.decision != Decision.PENDING:
        return False
    case = unpack(entry.inputs)
    left = _what_is_left(session, entry.manager_id, case)
    if _basis(left, basis_id) == _basis(case, basis_id):
        return False
    evaluation = evaluate(
        RuleSet.model_validate(round_.rules), Configuration.model_validate(round_.configuration), left
    )
    return (evaluation.tier.rank if evaluation.tier else 0) < _rank(entry.computed_tier)


def _rank(tier: str | None) -> int:
    return Tier.of(tier).rank if tier else 0


def _basis(case: TierCase, basis_id: UUID) -> list[CertificateFacts | ContractFacts]:
    """The certificate or contract in the case; empty without it."""
    found: list[CertificateFacts | ContractFacts] = [*case.certificates, *case.contracts]
    return [one for one in found if one.id == basis_id]


def _what_is_left(session: Session, manager_id: UUID, case: TierCase) -> TierCase:
    """What was frozen, without the certificates that were revoked since and without what contracts have lost since."""
    today = cases(session, [manager_id], year=case.year, day=case.day)[manager_id]
    revoked = select(TrainingCertificate.id).where(
        TrainingCertificate.id.in_([one.id for one in case.certificates]),
        TrainingCertificate.state == CertificateState.REVOKED,
    )
    gone = set(session.scalars(revoked))
    contracts = {one.id: one for one in today.contracts if one.live}
    return replace(
        case,
        certificates=tuple(one for one in case.certificates if one.id not in gone),
        contracts=tuple(_lesser(one, contracts[one.id]) for one in case.contracts if one.id in contracts),
    )


def _lesser(frozen: ContractFacts, today: ContractFacts) -> ContractFacts:
    """The contract as it was frozen, with what an amendment or a correction has made less. What it has gained since
    counts in a later round; a day counts as it is now, because an earlier or later one may fall into another year."""
    return replace(
        frozen,
        deal_wan=min(frozen.deal_wan, today.deal_wan),
        technology_wan=min(frozen.technology_wan, today.technology_wan),
        share=min(frozen.share, today.share),
        signed_on=frozen.signed_on and today.signed_on,
        registered_on=frozen.registered_on and today.registered_on,
        landed_on=frozen.landed_on and today.landed_on,
        landed_in_jinan=frozen.landed_in_jinan and today.landed_in_jinan,
        confirmed=frozen.confirmed and today.confirmed,
    )


def review(
    session: Session,
    entry_id: UUID,
    *,
    withdrawn: bool,
    reason: str,
    principal: Principal,
    if_match: str | None = None,
) -> RecognitionEntry:
    """Withdraw a published recognition, or keep it although it was in doubt.

    Raises:
        NotFound: there is no such entry.
        Conflict: it is not published, has no tier, or is withdrawn; or it is to be kept and is not in doubt.
    """
    require(principal, Action.ROUND_MANAGE)
    round_ = find(
        session, find_entry(session, entry_id, principal=principal).round_id, principal=principal, lock=True
    )
    entry = find_entry(session, entry_id, principal=principal, lock=True)
    refuse_tied(session, principal, managers=[entry.manager_id])
    check_if_sent(if_match, entry)
    is_recognised = round_.state == RoundState.PUBLISHED and entry.tier is not None
    if not is_recognised or entry.withdrawn_at is not None or not (withdrawn or entry.doubt):
        raise Conflict(
            "Only a published recognition that is not withdrawn can be reviewed, and only one in doubt can be kept.",
            "仅可复核已公布且未撤销的认定；维持原认定的，须有待复核的情形。",
            code="not_reviewable",
        )
    entry.doubt = entry.doubted_at = None
    entry.review_reason, entry.reviewed_by, entry.reviewed_at = reason, principal.user_id, now()
    if withdrawn:
        entry.withdrawn_at = entry.reviewed_at
    session.flush()
    audit.record(
        session,
        principal,
        "round.withdraw" if withdrawn else "round.keep",
        entry.id,
        entry.tier or "",
    )
    if withdrawn:
        _take_tier_back(session, round_, entry, principal)
        emit(
            session,
            RecognitionWithdrawn(
                subject_id=entry.id, round_id=round_.id, manager_id=entry.manager_id, year=round_.year
            ),
        )
    return entry


def _take_tier_back(
    session: Session, round_: RecognitionRound, entry: RecognitionEntry, principal: Principal
) -> None:
    """Write the last recognition that still holds to the manager's record, if the record shows this one."""
    manager = session.get_one(Manager, entry.manager_id)
    if manager.recognised_year != round_.year:
        return
    last = session.execute(
        select(RecognitionRound.year, RecognitionEntry.tier)
        .join(RecognitionEntry, RecognitionEntry.round_id == RecognitionRound.id)
        .where(
            RecognitionEntry.manager_id == entry.manager_id,
            RecognitionEntry.tier.is_not(None),
            RecognitionEntry.withdrawn_at.is_(None),
            RecognitionRound.state == RoundState.PUBLISHED,
            RecognitionRound.year < round_.year,
        )
        .order_by(RecognitionRound.year.desc())
        .limit(1)
    ).first()
    year, tier = last if last is not None else (None, None)
    recognised: Mapping[str, Any] = {"recognised_tier": tier, "recognised_year": year}
    awards.write(
        session,
        {entry.manager_id: recognised},
        action="withdraw_recognition",
        principal=principal,
        note=round_.number,
    )
