"""The worker: plans, applies and settles; survives its handlers' failures; shares work with others. Jobs run beside."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.database import Database, now
from app.errors import Outage
from app.events import outbox as outbox_module
from app.events.clock_recovery import recover_from_clock_change
from app.events.domain_event import ClaimedEvent
from app.events.handler import Handler
from app.events.outbox import Event
from app.observability import Metrics
from app.services import Services
from app.workers import scheduler as scheduler_module
from app.workers import worker as worker_module
from app.workers.scheduler import JobRunner, ScheduledJob
from app.workers.threads import WorkerThreads
from app.workers.worker import Worker
from tests.support.events import emit_named
from tests.support.services import demo_settings, make_services

PATIENCE = 120.0
"""Seconds until a test gives up; nothing that passes waits so long, however busy the machine."""


def worker_of(
    database: Database, handlers: dict[str, list[Handler]], *, metrics: Metrics | None = None, **settings: Any
) -> Worker:
    services = make_services(database, demo_settings(**settings), metrics=metrics)
    return Worker(services, handlers)


def emit(database: Database, name: str = "thing.happened", count: int = 1) -> None:
    with database.unit_of_work() as session:
        for number in range(count):
            emit_named(session, name, payload={"number": number})


def all_events(database: Database) -> list[Event]:
    with database.reading() as session:
        found = list(session.query(Event).order_by(Event.id))
        session.expunge_all()
        return found


def make_due(database: Database) -> None:
    with database.unit_of_work() as session:
        for event in session.query(Event):
            event.available_at = now()


def handler(
    plan: Callable[[Session, ClaimedEvent], Any] = lambda _, __: None,
    apply: Callable[[Session, ClaimedEvent, Any], None] = lambda _, __, ___: None,
) -> Handler:
    """A handler that needs no services."""
    return Handler(
        plan=lambda _, session, event: plan(session, event),
        apply=lambda _, session, event, planned: apply(session, event, planned),
    )


def test_plans_reach_their_own_apply_and_the_effect_is_stored_with_the_end(database: Database) -> None:
    def follow(session: Session, event: ClaimedEvent, plan: str) -> None:
        emit_named(session, "thing.followed", payload={"plan": plan})

    first = handler(lambda _, event: f"first {event.payload['number']}", follow)
    second = handler(lambda _, event: f"second {event.payload['number']}", follow)
    worker = worker_of(database, {"thing.happened": [first, second], "thing.followed": []})
    emit(database)
    assert worker.run_until_idle() == 3
    assert [event.payload.get("plan") for event in all_events(database)] == [None, "first 0", "second 0"]
    assert all(event.done_at is not None for event in all_events(database))
    assert worker.run_until_idle() == 0


def test_a_failing_handler_leaves_nothing_behind_and_is_tried_again(database: Database) -> None:
    broken = [True]

    def apply(session: Session, event: ClaimedEvent, _: None) -> None:
        emit_named(session, "thing.followed")
        if broken:
            raise ValueError("坏了")

    metrics = Metrics()
    worker = worker_of(database, {"thing.happened": [handler(apply=apply)]}, metrics=metrics)
    emit(database)
    assert worker.run_until_idle() == 1
    [event] = all_events(database)
    assert event.done_at is None
    assert event.lease is None
    assert event.last_error is not None
    assert event.last_error.startswith("ValueError: 坏了\nTraceback")
    broken.clear()
    make_due(database)
    assert worker.run_until_idle() == 1
    assert [event.name for event in all_events(database)] == ["thing.happened", "thing.followed"]
    sample = metrics.registry.get_sample_value
    assert sample("sanku_events_failed_total", {"name": "thing.happened"}) == 1
    assert sample("sanku_events_done_total", {"name": "thing.happened"}) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_outage_is_no_attempt(database: Database) -> None:
    """What the event needs may be away for longer than all attempts take."""
    away = [True]

    def plan(_: Session, __: ClaimedEvent) -> None:
        if away:
            raise Outage()

    worker = worker_of(database, {"thing.happened": [handler(plan)]}, worker_max_attempts=2)
    emit(database)
    for _ in range(4):
        assert worker.run_until_idle() == 1
        [event] = all_events(database)
        assert (event.attempts, event.lease, event.dead_at) == (0, None, None)
        assert event.available_at > now()
        make_due(database)
    away.clear()
    assert worker.run_until_idle() == 1
    [event] = all_events(database)
    assert event.done_at is not None


def test_one_bad_event_does_not_hold_up_the_others(database: Database) -> None:
    def plan(_: Session, event: ClaimedEvent) -> None:
        if event.payload["number"] == 0:
            raise RuntimeError("always")

    worker = worker_of(database, {"thing.happened": [handler(plan)]}, worker_max_attempts=2)
    emit(database, count=3)
    assert worker.run_until_idle() == 3
    make_due(database)
    worker.run_until_idle()
    bad, *others = all_events(database)
    assert bad.dead_at is not None
    assert bad.attempts == 2
    assert all(event.done_at is not None for event in others)


def test_an_event_that_kills_its_workers_ends_among_the_dead(database: Database) -> None:
    emit(database)
    with database.unit_of_work() as session:
        event = session.query(Event).one()
        event.attempts, event.leased_until = 3, now() - timedelta(seconds=1)
    ran: list[str] = []
    worker = worker_of(
        database, {"thing.happened": [handler(lambda _, __: ran.append("plan"))]}, worker_max_attempts=3
    )
    worker.run_until_idle()
    [event] = all_events(database)
    assert event.dead_at is not None
    assert ran == []


def test_work_done_after_the_lease_was_lost_is_undone(database: Database) -> None:
    def plan(_: Session, event: ClaimedEvent) -> None:
        # Another worker took the event over meanwhile.
        with database.unit_of_work() as session:
            session.get_one(Event, event.id).lease = event.id

    def apply(session: Session, _: ClaimedEvent, __: None) -> None:
        emit_named(session, "thing.followed")

    worker = worker_of(database, {"thing.happened": [handler(plan, apply)]})
    emit(database)
    assert worker.run_until_idle() == 1
    [event] = all_events(database)
    assert event.done_at is None
    assert event.last_error is None


def test_a_long_plan_keeps_its_lease(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        worker_module, "HEARTBEATS_PER_LEASE", 36_000
    )  # ten a second of a lease that cannot run out
    seen = threading.Event()
    taken: list[int] = []

    def plan(_: Session, claimed: ClaimedEvent) -> None:
        until = all_events(database)[0].leased_until
        for _attempt in range(int(PATIENCE / 0.01)):
            if all_events(database)[0].leased_until != until:
                seen.set()
                break
            seen.wait(0.01)
        taken.append(len(rival.run_until_idle() * [0]))

    rival = worker_of(database, {"thing.happened": []}, worker_lease=timedelta(hours=1))
    worker = worker_of(database, {"thing.happened": [handler(plan)]}, worker_lease=timedelta(hours=1))
    emit(database)
    worker.run_until_idle()
    assert seen.is_set()
    assert taken == [0]
    assert all_events(database)[0].done_at is not None


def run_in_thread(worker: Worker) -> tuple[threading.Thread, threading.Event]:
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    return thread, stop


def test_it_wakes_immediately_for_an_event_of_this_process_and_stops_on_request(database: Database) -> None:
    handled = threading.Event()
    worker = worker_of(
        database,
        {"thing.happened": [handler(lambda _, __: handled.set())]},
        worker_poll=timedelta(hours=1),  # nothing but the wake-up can bring it back in time
    )
    emit(database)
    thread, stop = run_in_thread(worker)
    assert handled.wait(PATIENCE)
    handled.clear()
    emit(database)
    assert handled.wait(PATIENCE)
    stop.set()
    worker.wake()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_stop_finishes_the_event_in_hand(database: Database) -> None:
    started, go_on = threading.Event(), threading.Event()

    def plan(_: Session, __: ClaimedEvent) -> None:
        started.set()
        go_on.wait(PATIENCE)

    worker = worker_of(database, {"thing.happened": [handler(plan)]})
    emit(database, count=2)
    thread, stop = run_in_thread(worker)
    assert started.wait(PATIENCE)
    stop.set()
    go_on.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert [event.done_at is not None for event in all_events(database)] == [True, False]


def test_workers_side_by_side_handle_each_event_once(database: Database) -> None:
    handled: list[int] = []
    handlers = {"thing.happened": [handler(lambda _, event: handled.append(event.payload["number"]))]}
    emit(database, count=20)
    threads = [threading.Thread(target=worker_of(database, handlers).run_until_idle) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(handled) == list(range(20))


def test_of_several_workers_one_does_a_job_and_each_its_own_files(database: Database) -> None:
    done: list[str] = []
    jobs = [
        ScheduledJob("shared", timedelta(hours=1), lambda *_: done.append("shared")),
        ScheduledJob("own", timedelta(hours=1), lambda *_: done.append("own"), every_process=True),
    ]
    services = make_services(database, demo_settings())
    runners = [JobRunner(services, jobs) for _ in range(3)]
    ran = [runner.run_due() for runner in runners]
    assert ran == [["shared", "own"], ["own"], ["own"]]
    assert [runner.run_due() for runner in runners] == [[], [], []]
    assert sorted(done) == ["own", "own", "own", "shared"]


def test_a_job_recurs_and_its_failure_harms_nothing(database: Database) -> None:
    calls: list[int] = []

    def job(_: Services, session: Session) -> None:
        calls.append(1)
        emit_named(session, "thing.happened")
        raise RuntimeError("out of order")

    runner = JobRunner(make_services(database, demo_settings()), [ScheduledJob("fragile", timedelta(0), job)])
    assert runner.run_due() == ["fragile"]
    assert runner.run_due() == ["fragile"]
    assert len(calls) == 2
    assert all_events(database) == []


class AheadClock:
    """A clock that is an hour ahead until `put_right`, and the moment it then shows."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._ahead = monkeypatch.context()
        patch = self._ahead.__enter__()
        for module in (outbox_module, scheduler_module):
            patch.setattr(module, "now", lambda: now() + timedelta(hours=1))

    def put_right(self) -> None:
        self._ahead.__exit__(None, None, None)


def recover(database: Database) -> int:
    with database.unit_of_work() as session:
        return recover_from_clock_change(session, lease=demo_settings().worker_lease)


def test_events_of_a_clock_that_was_ahead_are_handled_once_it_is_right(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Emitted, failed and leased while the clock was an hour ahead."""
    broken = [True]

    def plan(_: Session, __: ClaimedEvent) -> None:
        if broken:
            raise RuntimeError("out of order")

    worker = worker_of(database, {"thing.failed": [handler(plan)], "thing.happened": []})
    emit(database, "thing.failed")
    emit(database, "thing.leased")
    clock = AheadClock(monkeypatch)
    assert worker.run_until_idle() == 1
    with database.unit_of_work() as session:
        assert len(outbox_module.claim(session, names=["thing.leased"], lease=timedelta(seconds=60))) == 1
    with database.unit_of_work() as session:
        emitted = emit_named(session, "thing.happened")
        emitted.created_at = emitted.available_at = now() + timedelta(hours=1)
    clock.put_right()
    broken.clear()
    rest = worker_of(database, {"thing.failed": [], "thing.happened": [], "thing.leased": []})
    assert rest.run_until_idle() == 0
    assert recover(database) == 3
    assert recover(database) == 0
    make_failed_due(database)
    assert rest.run_until_idle() == 3
    assert all(event.done_at is not None for event in all_events(database))


def make_failed_due(database: Database) -> None:
    """The pause of the failed event is over; it must not be longer than a pause can be."""
    with database.unit_of_work() as session:
        for event in session.query(Event).where(Event.last_error.is_not(None)):
            assert event.available_at < now() + timedelta(minutes=2)
            event.available_at = now()


def test_what_waits_on_purpose_keeps_its_time(database: Database) -> None:
    tomorrow = now() + timedelta(days=1)
    with database.unit_of_work() as session:
        emit_named(session, "thing.planned").available_at = tomorrow
    emit(database)
    worker = worker_of(database, {"thing.happened": [handler(_broken)]})
    assert worker.run_until_idle() == 1
    before = [(event.available_at, event.leased_until) for event in all_events(database)]
    assert recover(database) == 0
    assert [(event.available_at, event.leased_until) for event in all_events(database)] == before


def _broken(_: Session, __: ClaimedEvent) -> None:
    raise RuntimeError("out of order")


def test_jobs_go_on_after_a_clock_that_was_ahead(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [
        ScheduledJob("shared", timedelta(minutes=5), lambda *_: None),
        ScheduledJob("own", timedelta(minutes=5), lambda *_: None, every_process=True),
    ]
    runner = JobRunner(make_services(database, demo_settings()), jobs)
    clock = AheadClock(monkeypatch)
    assert runner.run_due() == ["shared", "own"]
    clock.put_right()
    assert runner.run_due() == ["shared", "own"]
    assert runner.run_due() == []


@pytest.mark.parametrize("limit", [1, 2])
def test_the_number_of_events_can_be_limited(database: Database, limit: int) -> None:
    actual: list[int] = []
    worker = worker_of(database, {"thing.happened": []})
    emit(database, count=3)
    assert worker.run_until_idle(limit=limit, on_progress=actual.append) == limit
    assert actual == list(range(1, limit + 1))


def test_a_failure_in_the_middle_of_reading_waits_its_turn_to_be_written_down(database: Database) -> None:
    """An open cursor keeps a SQLite connection from waiting for the write lock: "database is locked" at once."""
    held = threading.Event()

    def write() -> None:
        with database.unit_of_work() as session:
            emit_named(session, "thing.else")
            held.set()
            threading.Event().wait(0.3)  # holds the lock while the worker wants it

    writer = threading.Thread(target=write)

    def plan(session: Session, _: ClaimedEvent) -> None:
        rows = session.connection().exec_driver_sql("SELECT id FROM events")
        next(rows)
        writer.start()
        held.wait(PATIENCE)
        raise ValueError("in the middle")

    emit(database, count=3)
    worker = worker_of(database, {"thing.happened": [handler(plan)]})
    worker.run_until_idle(limit=1)
    writer.join()
    first = all_events(database)[0]
    assert first.last_error is not None
    assert first.last_error.startswith("ValueError: in the middle")


def test_no_event_waits_for_a_job_that_takes_long(database: Database) -> None:
    """The workers of a process, with a job that takes as long as it may."""
    running, go_on, handled = threading.Event(), threading.Event(), threading.Event()

    def job(_: Services, __: Database) -> None:
        running.set()
        go_on.wait(PATIENCE)

    services = make_services(database, demo_settings())
    threads = WorkerThreads(
        (
            JobRunner(services, [ScheduledJob("long", timedelta(hours=1), run=job)]),
            worker_of(database, {"thing.happened": [handler(lambda _, __: handled.set())]}),
        )
    )
    threads.start()
    try:
        assert running.wait(PATIENCE)
        emit(database)
        assert handled.wait(PATIENCE)
    finally:
        go_on.set()
        threads.stop()
