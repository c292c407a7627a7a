"""The catalogue of events: complete, emitted, handled, and stored as JSON that older and newer releases can read."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.database import Database
from app.events import catalogue
from app.events.catalogue import (
    ContractRegistered,
    DigestDue,
    ModelPromoted,
    PairsRanked,
    PairsToRerank,
    PushPostponed,
)
from app.events.domain_event import ClaimedEvent, DomainEvent, subject_id_of
from app.events.outbox import emit
from app.handlers import HANDLERS
from scripts.docs.events import emitters

EVENTS: list[type[DomainEvent]] = [getattr(catalogue, name) for name in catalogue.__all__]
ID = UUID("0190a0e8-0000-7000-8000-000000000001")


def claimed(name: str, payload: dict[str, Any], subject_id: UUID | None = ID) -> ClaimedEvent:
    return ClaimedEvent(uuid4(), name, subject_id, payload, attempts=1, lease=uuid4())


def test_every_event_is_listed_with_its_handlers_and_has_a_name_of_its_own() -> None:
    assert set(HANDLERS) == set(EVENTS)
    assert len({event.name for event in EVENTS}) == len(EVENTS)


def test_every_event_is_emitted_by_some_module() -> None:
    assert set(emitters()) == set(catalogue.__all__)


def test_fields_are_stored_as_plain_json_beside_the_subject(database: Database) -> None:
    event = PushPostponed(
        subject_id=ID,
        push_id=ID,
        round=1,
        manager_id=ID,
        demand_id=ID,
        achievement_id=ID,
        position=3,
        pair_score=0.9,
        manager_score=0.8,
        rank_score=0.7,
        model_version="m",
        until=datetime(2026, 3, 1, 9, tzinfo=UTC),
    )
    with database.unit_of_work() as session:
        row = emit(session, event)
        assert (row.name, row.subject_id) == ("push.postponed", ID)
        assert row.payload == {
            "push_id": str(ID),
            "round": 1,
            "manager_id": str(ID),
            "demand_id": str(ID),
            "achievement_id": str(ID),
            "position": 3,
            "pair_score": 0.9,
            "manager_score": 0.8,
            "rank_score": 0.7,
            "model_version": "m",
            "until": "2026-03-01T09:00:00+00:00",
        }
        assert PushPostponed.of(claimed(row.name, row.payload)) == event


def test_dates_lists_and_absent_ids_come_back_as_they_were() -> None:
    event = ContractRegistered(
        subject_id=ID,
        contract_id=ID,
        number="JN-C-1",
        buyer_org_id=ID,
        seller_org_id=ID,
        manager_ids=[ID],
        state="registered",
        version=2,
        registered_on=date(2026, 3, 1),
    )
    payload = event.payload()
    assert (payload["registered_on"], payload["manager_ids"], payload["demand_id"]) == (
        "2026-03-01",
        [str(ID)],
        None,
    )
    assert ContractRegistered.of(claimed(event.name, payload)) == event


def test_an_older_row_may_lack_what_was_optional_and_a_newer_one_may_have_more() -> None:
    asked_for = PairsRanked.of(claimed("pairs.ranked", {"kind": "demand"}))
    assert asked_for.complete is False
    first = PairsToRerank.of(claimed("model.promoted", {"version": "m", "before": "k"}, subject_id=None))
    assert first.after is None
    newer = ModelPromoted.of(claimed("model.promoted", {"version": "m", "why": "better"}, subject_id=None))
    assert newer.version == "m"


def test_what_is_missing_is_an_error() -> None:
    with pytest.raises(ValueError, match="kind"):
        PairsRanked.of(claimed("pairs.ranked", {}))
    with pytest.raises(ValueError, match=r"digest\.due"):
        DigestDue.of(claimed("digest.due", {}, subject_id=None))
    with pytest.raises(ValueError, match=r"digest\.due"):
        subject_id_of(claimed("digest.due", {}, subject_id=None))
