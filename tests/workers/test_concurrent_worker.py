"""The concurrent worker: many events at a time, applied together, none affected by another's failure."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.database import Database
from app.events.domain_event import ClaimedEvent
from app.events.handler import Handler
from app.events.outbox import Event
from app.workers import concurrent
from app.workers.concurrent import ConcurrentWorker
from tests.support.events import emit_named
from tests.support.services import demo_settings, make_services
from tests.workers.test_worker import all_events, emit, handler

PATIENCE = 120.0
"""Seconds until a test gives up; nothing that passes waits so long, however busy the machine."""


@contextmanager
def running(
    database: Database, handlers: dict[str, list[Handler]], **settings: Any
) -> Iterator[ConcurrentWorker]:
    worker = ConcurrentWorker(
        make_services(
            database,
            demo_settings(worker_poll=timedelta(milliseconds=20), **settings),
        ),
        handlers,
        slots=4,
        order=lambda claimed: claimed.payload["number"],
    )
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    yield worker
    stop.set()
    worker.wake()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def wait_until(true: Callable[[], bool]) -> None:
    turn = threading.Event()
    for _ in range(int(PATIENCE / 0.02)):
        if true():
            return
        turn.wait(0.02)
    raise AssertionError("it did not come to pass")


def test_a_slow_one_holds_up_no_other(database: Database) -> None:
    release = threading.Event()

    def plan(_: Session, claimed: ClaimedEvent) -> None:
        if claimed.payload["number"] == 0:
            assert release.wait(PATIENCE)

    emit(database, count=10)
    with running(database, {"thing.happened": [handler(plan)]}):
        wait_until(lambda: sum(event.done_at is not None for event in all_events(database)) == 9)
        assert all_events(database)[0].done_at is None
        release.set()
        wait_until(lambda: all(event.done_at is not None for event in all_events(database)))


def test_what_is_ready_together_is_settled_together_in_order(database: Database) -> None:
    together, known = threading.Barrier(4), threading.Event()
    applied: list[int] = []
    workers: list[ConcurrentWorker] = []
    sessions: list[Session] = []  # kept, so that no later one is taken for an earlier one

    def plan(*_: Any) -> None:
        assert known.wait(PATIENCE)
        together.wait(PATIENCE)

    def apply(session: Session, claimed: ClaimedEvent, _: None) -> None:
        if not applied:
            # While the first ones are applied, the others become ready.
            wait(workers[0]._in_progress)
        applied.append(claimed.payload["number"])
        sessions.append(session)

    emit(database, count=4)
    with running(database, {"thing.happened": [handler(plan, apply)]}) as worker:
        workers.append(worker)
        known.set()
        wait_until(lambda: all(event.done_at is not None for event in all_events(database)))
    first = sum(session is sessions[0] for session in sessions)
    assert sorted(applied) == [0, 1, 2, 3]
    assert all(session is sessions[-1] for session in sessions[first:])  # two transactions at most
    assert applied[:first] == sorted(applied[:first]) and applied[first:] == sorted(applied[first:])


def test_one_that_fails_harms_no_other_and_waits_its_pause(database: Database) -> None:
    together = threading.Barrier(4)

    def apply(session: Session, claimed: ClaimedEvent, _: None) -> None:
        emit_named(session, "thing.followed", payload=dict(claimed.payload))
        if claimed.payload["number"] == 2:
            raise ValueError("坏了")

    emit(database, count=4)
    with running(database, {"thing.happened": [handler(lambda *_: together.wait(PATIENCE), apply)]}):
        wait_until(
            lambda: sum(bool(event.done_at or event.last_error) for event in all_events(database)) == 4
        )
    found = all_events(database)
    broken = next(event for event in found if event.last_error)
    assert broken.payload == {"number": 2}
    assert "ValueError: 坏了" in (broken.last_error or "")
    followed = [event.payload["number"] for event in found if event.name == "thing.followed"]
    assert sorted(followed) == [0, 1, 3]


def test_a_plan_that_fails_and_one_that_killed_its_workers_are_put_back(database: Database) -> None:
    def plan(_: Session, __: ClaimedEvent) -> None:
        raise ValueError("坏了")

    emit(database, count=2)
    with database.unit_of_work() as session:
        first = session.query(Event).order_by(Event.id).first()
        assert first is not None
        first.attempts = 8
    with running(database, {"thing.happened": [handler(plan)]}, worker_max_attempts=8):
        wait_until(lambda: all(event.last_error for event in all_events(database)))
    dead, waiting = all_events(database)
    assert dead.dead_at is not None and "died before it was handled" in (dead.last_error or "")
    assert waiting.dead_at is None and waiting.attempts == 1


def test_a_lease_is_kept_as_long_as_the_work_lasts(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        concurrent, "HEARTBEATS_PER_LEASE", 36_000
    )  # ten a second of a lease that cannot run out
    release, taken = threading.Event(), []

    def plan(_: Session, claimed: ClaimedEvent) -> None:
        taken.append(claimed.id)
        assert release.wait(PATIENCE)

    emit(database)
    with running(database, {"thing.happened": [handler(plan)]}, worker_lease=timedelta(hours=1)):
        wait_until(lambda: bool(taken))
        first = all_events(database)[0].leased_until
        assert first is not None
        wait_until(lambda: (all_events(database)[0].leased_until or first) > first)
        release.set()
        wait_until(lambda: all_events(database)[0].done_at is not None)
    assert len(taken) == 1


def test_what_is_in_hand_is_finished_at_the_end(database: Database) -> None:
    started, release = threading.Event(), threading.Event()

    def plan(_: Session, __: ClaimedEvent) -> None:
        started.set()
        assert release.wait(PATIENCE)

    emit(database)
    with running(database, {"thing.happened": [handler(plan)]}):
        assert started.wait(PATIENCE)
        threading.Timer(0.05, release.set).start()
    assert all_events(database)[0].done_at is not None
