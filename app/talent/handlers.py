"""What recognition does when something has happened: tiers follow contracts, certificates, filings and choices."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from app.events.outbox import ClaimedEvent, Handler, emit
from app.talent.tiers.loader import managers_of_contract, managers_of_party, managers_with_something
from app.talent.tiers.service import REFRESHED_AT_ONCE, refresh


def event_handlers() -> Mapping[str, Sequence[Handler]]:
    """Each is harmless when run twice: a tier is computed from what is, not from the event."""
    contract = Handler(plan=_of_contract, apply=_refresh)
    manager = Handler(plan=_of_payload, apply=_refresh)
    everybody = Handler(plan=_of_everybody, apply=_hand_out)
    return {
        "contract.signed": (contract,),
        "contract.registered": (contract,),
        "contract.landed": (contract,),
        "contract.amended": (contract,),
        "contract.cancelled": (contract,),
        "certificate.verified": (manager,),
        "certificate.rejected": (),
        "certificate.revoked": (manager,),
        "certificate.expired": (manager,),
        "filing.changed": (manager,),
        "affiliation.answered": (),
        "tier.configured": (everybody,),
        "organisation.changed": (Handler(plan=_of_party, apply=_hand_out),),
        "tiers.outdated": (Handler(plan=_of_list, apply=_refresh),),
        "tier.changed": (),
        "recognition.published": (),
        "ranking.published": (),
        "contest.registered": (),
        "contest.promoted": (),
        "contest.finished": (),
    }


def _of_contract(session: Session, event: ClaimedEvent) -> list[UUID]:
    if event.subject_id is None:
        raise ValueError(f"event {event.name} names no contract")
    return managers_of_contract(session, event.subject_id)


def _of_party(session: Session, event: ClaimedEvent) -> list[UUID]:
    """A tier may depend on where the parties of a contract are."""
    if event.subject_id is None or "region" not in event.payload["changed"]:
        return []
    return managers_of_party(session, event.subject_id)


def _of_payload(_: Session, event: ClaimedEvent) -> list[UUID]:
    return [UUID(event.payload["manager_id"])]


def _of_list(_: Session, event: ClaimedEvent) -> list[UUID]:
    return [UUID(id_) for id_ in event.payload["manager_ids"]]


def _of_everybody(session: Session, _: ClaimedEvent) -> list[UUID]:
    return managers_with_something(session)


def _refresh(session: Session, event: ClaimedEvent, manager_ids: list[UUID]) -> None:
    refresh(session, manager_ids, cause=event.name, cause_id=event.subject_id)


def _hand_out(session: Session, event: ClaimedEvent, manager_ids: list[UUID]) -> None:
    """In portions, so that no transaction holds every manager's row."""
    for start in range(0, len(manager_ids), REFRESHED_AT_ONCE):
        portion = manager_ids[start : start + REFRESHED_AT_ONCE]
        emit(
            session,
            "tiers.outdated",
            subject_id=event.subject_id,
            payload={"manager_ids": [str(id_) for id_ in portion]},
        )
