"""Pages of the lists about rounds, and an entry with its evaluation, as their readers see them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.libraries.managers.models import Manager
from app.paging import Page, PageRequest, Sort, fetch_page, list_page
from app.talent.access import own_rows
from app.talent.recognition_facts import unpack
from app.talent.rounds import decisions, service
from app.talent.rounds.models import Decision, Objection, RecognitionEntry, RecognitionRound
from app.talent.rounds.presenter import read_rounds
from app.talent.rounds.schemas import EntryDetail, ObjectionRead, RoundEntryRead, RoundRead
from app.talent.tiers.engine import evaluate
from app.talent.tiers.enums import Tier
from app.talent.tiers.presenter import tier_read
from app.talent.tiers.rules import Configuration, RuleSet

_NEWEST = Sort(RecognitionRound.year, int, descending=True, name="rounds")
_BY_NUMBER = Sort(RecognitionEntry.manager_number, str, name="entries")
_OLDEST = Sort(Objection.raised_at, datetime, name="objections")


def round_page(session: Session, paging: PageRequest, *, principal: Principal) -> Page[RoundRead]:
    """One page of the rounds, the newest year first."""
    require(principal, Action.ROUND_READ, own=True)
    rows, next_cursor = fetch_page(session, select(RecognitionRound), _NEWEST, paging)
    return Page(items=read_rounds(session, rows, principal), next_cursor=next_cursor)


def entry_page(
    session: Session,
    paging: PageRequest,
    round_id: UUID,
    *,
    tiers: Sequence[Tier] | None = None,
    decision: str | None = None,
    manager_id: UUID | None = None,
    principal: Principal,
) -> Page[RoundEntryRead]:
    """One page of the round's entries: with these computed tiers, with this kind of decision (all if there is no such
    kind), of this manager."""
    round_ = service.find(session, round_id, principal=principal)
    query = select(RecognitionEntry).where(
        RecognitionEntry.round_id == round_.id, own_rows(RecognitionEntry.manager_id, principal)
    )
    if tiers:
        query = query.where(RecognitionEntry.computed_tier.in_(tiers))
    if decision in list(Decision):
        query = query.where(RecognitionEntry.decision == decision)
    if manager_id is not None:
        query = query.where(RecognitionEntry.manager_id == manager_id)
    return list_page(session, query, _BY_NUMBER, paging, RoundEntryRead.model_validate)


def entry_detail(session: Session, entry_id: UUID, *, principal: Principal) -> EntryDetail:
    """One entry with its evaluation by the frozen data, rules and choices.

    Raises:
        NotFound: there is none, or the principal may not see it.
    """
    entry = decisions.find_entry(session, entry_id, principal=principal)
    round_ = session.get_one(RecognitionRound, entry.round_id)
    evaluation = evaluate(
        RuleSet.model_validate(round_.rules),
        Configuration.model_validate(round_.configuration),
        unpack(entry.inputs),
    )
    manager = session.get_one(Manager, entry.manager_id)
    return EntryDetail(
        **RoundEntryRead.model_validate(entry).model_dump(),
        digest=entry.digest,
        evaluation=tier_read(manager, evaluation, configuration_version=None),
    )


def next_pending(session: Session, entry_id: UUID, *, principal: Principal) -> UUID | None:
    """The entry of the same round to decide after this one: the next that waits by number, from the end on the first.

    Returns:
        Its id; None if no other entry waits.

    Raises:
        NotFound: there is no such entry, or the principal may not see it.
    """
    entry = decisions.find_entry(session, entry_id, principal=principal)
    return session.scalar(
        select(RecognitionEntry.id)
        .where(
            RecognitionEntry.round_id == entry.round_id,
            RecognitionEntry.decision == Decision.PENDING,
            RecognitionEntry.id != entry.id,
            own_rows(RecognitionEntry.manager_id, principal),
        )
        .order_by(
            RecognitionEntry.manager_number <= entry.manager_number,
            RecognitionEntry.manager_number,
            RecognitionEntry.id,
        )
        .limit(1)
    )


def objection_page(
    session: Session,
    paging: PageRequest,
    round_id: UUID,
    *,
    open_only: bool = False,
    manager_id: UUID | None = None,
    principal: Principal,
) -> Page[ObjectionRead]:
    """One page of the round's objections that the principal may see, oldest first."""
    round_ = service.find(session, round_id, principal=principal)
    query = select(Objection).where(
        Objection.round_id == round_.id, own_rows(Objection.manager_id, principal)
    )
    if open_only:
        query = query.where(Objection.state == "open")
    if manager_id is not None:
        query = query.where(Objection.manager_id == manager_id)
    return list_page(session, query, _OLDEST, paging, ObjectionRead.model_validate)
