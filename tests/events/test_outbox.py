"""The outbox: an event's life from emit to done or dead letter, and the operator's view of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.models import Role
from app.database import Database, new_id, now
from app.events import outbox
from app.events.catalogue import DemandPublished
from app.events.domain_event import ClaimedEvent
from app.events.outbox import Event, LeaseLost
from tests.support.callers import Caller
from tests.support.events import emit_named

LEASE = timedelta(seconds=60)


def emit(database: Database, name: str = "demand.published") -> UUID:
    with database.unit_of_work() as session:
        return emit_named(session, name, subject_id=new_id(), payload={"version": 1}).id


def claim(
    database: Database, name: str = "demand.published", lease: timedelta = LEASE
) -> ClaimedEvent | None:
    with database.unit_of_work() as session:
        return next(iter(outbox.claim(session, names=[name], lease=lease)), None)


def stored(database: Database, event_id: UUID) -> Event:
    with database.reading() as session:
        event = session.get_one(Event, event_id)
        session.expunge(event)
        return event


def change(database: Database, event_id: UUID, **values: Any) -> None:
    with database.unit_of_work() as session:
        event = session.get_one(Event, event_id)
        for name, value in values.items():
            setattr(event, name, value)


class Undone(Exception):
    pass


def test_an_event_is_stored_with_its_change_or_not_at_all(database: Database) -> None:
    def change_and_fail() -> None:
        with database.unit_of_work() as session:
            outbox.emit(session, DemandPublished(subject_id=new_id(), version=1))
            raise Undone

    with pytest.raises(Undone):
        change_and_fail()
    assert claim(database) is None


def test_a_claimed_event_is_exclusive_until_its_lease_expires(database: Database) -> None:
    event_id = emit(database)
    first = claim(database)
    assert first is not None
    assert (first.id, first.attempts, first.payload) == (event_id, 1, {"version": 1})
    assert claim(database) is None
    change(database, event_id, leased_until=now() - timedelta(seconds=1))
    second = claim(database)
    assert second is not None
    assert second.attempts == 2


def test_who_lost_the_lease_can_neither_settle_nor_fail_nor_extend(database: Database) -> None:
    event_id = emit(database)
    first = claim(database)
    change(database, event_id, leased_until=now() - timedelta(seconds=1))
    second = claim(database)
    assert first is not None
    assert second is not None
    with pytest.raises(LeaseLost), database.unit_of_work() as session:
        outbox.ack(session, first)
    with pytest.raises(LeaseLost), database.unit_of_work() as session:
        outbox.nack(session, first, error="x", max_attempts=3)
    with pytest.raises(LeaseLost), database.unit_of_work() as session:
        outbox.extend(session, first, lease=LEASE)
    with database.unit_of_work() as session:
        outbox.ack(session, second)
    assert stored(database, event_id).done_at is not None
    with pytest.raises(LeaseLost), database.unit_of_work() as session:
        outbox.ack(session, second)


def test_an_extended_lease_lasts_longer(database: Database) -> None:
    event_id = emit(database)
    claimed = claim(database, lease=timedelta(seconds=1))
    assert claimed is not None
    with database.unit_of_work() as session:
        outbox.extend(session, claimed, lease=timedelta(hours=1))
    until = stored(database, event_id).leased_until
    assert until is not None
    assert until > now() + timedelta(minutes=59)


def test_failures_wait_longer_and_end_among_the_dead(database: Database) -> None:
    event_id = emit(database)
    for attempt in range(1, 4):
        claimed = claim(database)
        assert claimed is not None
        with database.unit_of_work() as session:
            dead = outbox.nack(session, claimed, error=f"broken {attempt}", max_attempts=3)
        assert dead == (attempt == 3)
        event = stored(database, event_id)
        assert event.available_at > now()
        assert event.last_error == f"broken {attempt}"
        assert claim(database) is None
        change(database, event_id, available_at=now())
    assert claim(database) is None
    with database.reading() as session:
        assert outbox.backlog(session) == {"waiting": 0, "dead": 1}
        assert session.get_one(Event, event_id).dead_at is not None
    with database.unit_of_work() as session:
        outbox.replay(session, session.get_one(Event, event_id))
    again = claim(database)
    assert again is not None
    assert again.attempts == 1


def test_events_come_in_the_order_in_which_they_are_due(database: Database) -> None:
    ids = [emit(database) for _ in range(3)]
    change(database, ids[0], available_at=now() + timedelta(hours=1))
    taken = [claim(database), claim(database), claim(database)]
    assert [one.id for one in taken if one is not None] == ids[1:]


def test_only_the_names_asked_for_are_claimed(database: Database) -> None:
    emit(database, "something.newer")
    assert claim(database) is None
    assert claim(database, "something.newer") is not None


@given(st.integers(1, 200))
def test_pauses_grow_and_stay_within_bounds(attempts: int) -> None:
    seconds = outbox.backoff(attempts).total_seconds()
    assert 0.75 * min(2**attempts, 3600) <= seconds <= 1.25 * 3600


def test_operators_see_dead_letters_and_replay_them(app: Any, as_operator: Caller) -> None:
    database = app.state.services[Database]
    event_id = emit(database)
    waiting = as_operator.get("/v1/events", params={"state": "waiting"}).json()["items"]
    assert [(item["id"], item["name"]) for item in waiting] == [(str(event_id), "demand.published")]
    assert as_operator.post(f"/v1/events/{event_id}/replay").status_code == 409
    claimed = claim(database)
    assert claimed is not None
    with database.unit_of_work() as session:
        outbox.nack(session, claimed, error="ValueError: 坏了", max_attempts=1)
    [dead] = as_operator.get("/v1/events").json()["items"]
    assert (dead["state"], dead["attempts"], dead["last_error"]) == ("dead", 1, "ValueError: 坏了")
    assert as_operator.get("/v1/events", params={"name": "demand.closed"}).json()["items"] == []
    replayed = as_operator.post(f"/v1/events/{event_id}/replay")
    assert (replayed.status_code, replayed.json()["state"], replayed.json()["attempts"]) == (
        200,
        "waiting",
        0,
    )
    assert as_operator.post(f"/v1/events/{new_id()}/replay").status_code == 404


def test_dead_letters_are_paged(app: Any, as_operator: Caller) -> None:
    ids = [str(emit(app.state.services[Database])) for _ in range(3)]
    page = as_operator.get("/v1/events", params={"state": "waiting", "limit": 2}).json()
    rest = as_operator.get("/v1/events", params={"state": "waiting", "cursor": page["next_cursor"]}).json()
    assert [item["id"] for item in (*page["items"], *rest["items"])] == ids[::-1]
    wrong = as_operator.get("/v1/events", params={"state": "dead", "cursor": page["next_cursor"]})
    assert wrong.status_code == 422


def test_nobody_else_sees_events(app: Any, log_in: Callable[..., Caller], as_stranger: Any) -> None:
    event_id = emit(app.state.services[Database])
    for role in (Role.ENTERPRISE, Role.INSTITUTION, Role.MANAGER, Role.INVESTOR):
        caller = log_in(role)
        assert caller.get("/v1/events").status_code == 403
        assert caller.post(f"/v1/events/{event_id}/replay").status_code == 403
    assert as_stranger.get("/v1/events").status_code == 401
