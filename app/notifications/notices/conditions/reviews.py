"""Conditions of notices about what waits for the bureau, an employer or an owner."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import OrganisationDecision
from app.accounts.organisations.service import waiting_organisations
from app.database import upper_table
from app.events.catalogue import AffiliationAnswered, RecognitionDecided, RecognitionDoubted
from app.events.domain_event import DomainEvent
from app.events.outbox import Event
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Affiliation, Manager
from app.libraries.record.enums import RecordState
from app.notifications.notices.models import Notice

Condition = Callable[[Session, Notice], bool]

_RECORDS: tuple[type[Any], ...] = (Demand, Achievement, Manager)


def record_is(*states: RecordState) -> Condition:
    """The record is in one of these states."""

    def still_holds(session: Session, notice: Notice) -> bool:
        found = (
            session.scalar(select(model.state).where(model.id == notice.subject_id)) for model in _RECORDS
        )
        return next((state for state in found if state is not None), None) in states

    return still_holds


def not_followed_by(*answers: type[DomainEvent]) -> Condition:
    """None of these events has happened to the subject since."""
    names = [answer.name for answer in answers]

    def still_holds(session: Session, notice: Notice) -> bool:
        query = select(Event.id).where(
            Event.subject_id == notice.subject_id, Event.name.in_(names), Event.id > notice.event_id
        )
        return session.scalar(query.limit(1)) is None

    return still_holds


def all_of(*conditions: Condition) -> Condition:
    """Every one of them holds."""
    return lambda session, notice: all(holds(session, notice) for holds in conditions)


def is_in_doubt(session: Session, notice: Notice) -> bool:
    """What the recognition rests on is still to be looked at, and no later notice asks for the same."""
    table = upper_table("recognition_entries")
    doubt = session.scalar(select(table.c.doubt).where(table.c.id == notice.subject_id))
    return doubt is not None and not_followed_by(RecognitionDoubted)(session, notice)


def accepts_objections(session: Session, notice: Notice) -> bool:
    """The round is frozen, and neither reopened nor published since."""
    return _state_of(session, "recognition_rounds", notice) in ("frozen", "reviewed")


def is_latest_decision(session: Session, notice: Notice) -> bool:
    """The result has not been decided again since, and may still be objected to."""
    round_id = notice.data.get("round_id")
    state = None if round_id is None else _state_by_id(session, "recognition_rounds", UUID(round_id))
    return state in ("frozen", "reviewed") and not_followed_by(RecognitionDecided)(session, notice)


def is_registered(state: str) -> Condition:
    """The recipient's registration for the contest is in this state."""

    def still_holds(session: Session, notice: Notice) -> bool:
        table = upper_table("contest_registrations")
        query = select(table.c.state).where(
            table.c.contest_id == notice.subject_id, table.c.manager_id == notice.recipient_id
        )
        return state in session.scalars(query).all()

    return still_holds


def is_open_objection(session: Session, notice: Notice) -> bool:
    """It is neither answered nor gone with the results of a round that was reopened."""
    return _state_of(session, "recognition_objections", notice) == "open"


def _state_of(session: Session, table_name: str, notice: Notice) -> str | None:
    return None if notice.subject_id is None else _state_by_id(session, table_name, notice.subject_id)


def _state_by_id(session: Session, table_name: str, id_: UUID) -> str | None:
    """Of a row of recognition, which stands above notices; None if it is gone."""
    table = upper_table(table_name)
    found: str | None = session.scalar(select(table.c.state).where(table.c.id == id_))
    return found


def organisations_wait(session: Session, notice: Notice) -> bool:
    """Organisations wait for their verification, and no later notice tells the recipient how many."""
    later = select(Notice.id).where(
        Notice.recipient_id == notice.recipient_id, Notice.type == notice.type, Notice.id > notice.id
    )
    if session.scalar(later.limit(1)) is not None:
        return False
    return session.scalars(waiting_organisations().limit(1)).first() is not None


def merge_holds(session: Session, notice: Notice) -> bool:
    """The merge of organisations has not been undone. A notice of an earlier release does not name it."""
    id_ = notice.data.get("decision_id")
    decision = None if id_ is None else session.get(OrganisationDecision, UUID(id_))
    return decision is None or decision.undone_at is None


def is_unanswered_employer(session: Session, notice: Notice) -> bool:
    """The manager still names the recipient as an employer, who has not answered."""
    named = select(Affiliation.id).where(
        Affiliation.manager_id == notice.subject_id, Affiliation.organisation_id == notice.recipient_id
    )
    if session.scalar(named.limit(1)) is None:
        return False
    answers = select(Event.payload).where(
        Event.subject_id == notice.subject_id,
        Event.name == AffiliationAnswered.name,
        Event.id > notice.event_id,
    )
    employer = str(notice.recipient_id)
    return all(str(payload["organisation_id"]) != employer for payload in session.scalars(answers))
