"""Requests to close records: once a contract of a pair is registered or has landed, its owners are asked about both."""

from typing import Any

from sqlalchemy.orm import Session

from app.events.catalogue.contracts import ContractEvent
from app.events.domain_event import ClaimedEvent
from app.events.messages import MessageKind, enqueue_message
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordState
from app.pushes.preferences.contact_times import contact_time_of
from app.services import Services


def ask_to_close(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Ask the owners of the contract's records to close them, or to say that they go on.

    The renderer checks again, immediately before sending, that the record is still published.
    """
    contract = ContractEvent.of(event)
    sides: tuple[tuple[type[Any], Any], ...] = (
        (Demand, contract.demand_id),
        (Achievement, contract.achievement_id),
    )
    for model, record_id in sides:
        record = session.get(model, record_id) if record_id is not None else None
        if record is None or record.state != RecordState.PUBLISHED:
            continue
        owner = record.owner_org_id
        due = contact_time_of(session, "organisation_id", owner)
        enqueue_message(
            session,
            kind=MessageKind.CLOSING_REQUEST,
            ids={f"{record.kind}_id": record.id},
            organisation_id=owner,
            available_at=due.at,
            held_for=due.held_for,
        )
