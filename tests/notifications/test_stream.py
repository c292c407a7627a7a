"""The live stream over real HTTP servers: commits arrive once and in order, wherever the client reconnects."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from app.accounts.models import Role, User
from app.bootstrap.services import close
from app.database import Database, now
from app.load_limits.open_streams import OpenStreams
from app.main import create_app
from app.pushes.models import InboxChange, Push, PushState
from app.pushes.planning.revision import expire_due
from app.settings import Settings
from tests.support.builders.pushes import make_push
from tests.support.callers import Caller
from tests.support.embedders import BigramEmbedder
from tests.support.scenario import Scenario
from tests.support.servers import served

PATH = "/v1/pushes/stream"


@dataclass(frozen=True)
class Event:
    name: str
    id: int
    data: Any


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"stream_poll": timedelta(milliseconds=20)})


@pytest.fixture
def url(app: Any) -> Iterator[str]:
    with served(app) as address:
        yield address


@contextmanager
def listening(url: str, caller: Caller, last: int | None = None) -> Iterator[Iterator[Event]]:
    headers = {"Authorization": caller.http.headers["Authorization"]}
    if last is not None:
        headers["Last-Event-ID"] = str(last)
    with (
        httpx.Client(base_url=url, timeout=120, trust_env=False) as client,
        client.stream("GET", PATH, headers=headers) as answer,
    ):
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _events(answer.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[Event]:
    event: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            event[name] = value
        elif "data" in event:
            yield Event(event["event"], int(event["id"]), json.loads(event["data"]))
            event = {}


def take(events: Iterator[Event], count: int) -> list[Event]:
    return [next(events) for _ in range(count)]


def test_new_pushes_and_changes_come_as_they_are_committed(
    scenario: Scenario, manager: UUID, as_manager: Caller, url: str
) -> None:
    with listening(url, as_manager) as events:
        [hello] = take(events, 1)
        assert (hello.name, hello.id) == ("inbox.position", 0)
        push_id = scenario.push(manager, scenario.demand(title="解决储罐腐蚀"))
        [new] = take(events, 1)
        assert (new.name, new.id, new.data["id"]) == ("push.new", 1, str(push_id))
        assert new.data["demand"]["title"] == "解决储罐腐蚀"
        as_manager.post(f"/v1/pushes/{push_id}/read")
        as_manager.post(f"/v1/pushes/{push_id}/accept")
        read, accepted = take(events, 2)
        assert [(one.name, one.id) for one in (read, accepted)] == [("push.changed", 2), ("push.changed", 3)]
        assert accepted.data["state"] == "accepted"


def test_a_reconnecting_client_gets_missed_changes_from_any_process(
    scenario: Scenario, manager: UUID, as_manager: Caller, url: str, settings: Settings
) -> None:
    """Two processes' worth of service on one database: the pushes are written by one, read from the other."""
    other = create_app(settings, embedder=BigramEmbedder())
    with ExitStack() as stack:
        stack.callback(close, other.state.services)
        elsewhere = stack.enter_context(served(other))
        first = scenario.push(manager)
        with listening(url, as_manager, last=0) as events:
            assert [one.data["id"] for one in take(events, 1)] == [str(first)]
        missed = [scenario.push(manager) for _ in range(3)]
        with listening(elsewhere, as_manager, last=1) as events:
            seen = take(events, 3)
            assert [(one.id, one.data["id"]) for one in seen] == list(enumerate(map(str, missed), start=2))
            more = scenario.push(manager)
            assert [one.data["id"] for one in take(events, 1)] == [str(more)]


def test_a_deleted_or_unknown_position_resets_the_stream(
    scenario: Scenario, manager: UUID, as_manager: Caller, url: str
) -> None:
    for _ in range(3):
        scenario.push(manager)
    with scenario.database.unit_of_work() as session:
        for change in session.scalars(select(InboxChange).where(InboxChange.seq < 3)):
            session.delete(change)
    for last in (0, 99):
        with listening(url, as_manager, last=last) as events:
            [reset] = take(events, 1)
            assert (reset.name, reset.id, reset.data) == ("inbox.reset", 3, {"position": 3})
    with listening(url, as_manager, last=2) as events:
        assert [one.id for one in take(events, 1)] == [3]


def test_a_stream_shows_only_own_pushes_and_ends_with_the_login(
    scenario: Scenario, manager: UUID, as_manager: Caller, url: str, log_in: Callable[..., Caller]
) -> None:
    other = log_in(Role.MANAGER)
    scenario.push(scenario.manager())
    for caller, status in ((other, 404), (log_in(Role.ENTERPRISE), 403)):
        assert caller.get(PATH).status_code == status
    assert httpx.get(f"{url}{PATH}", trust_env=False).status_code == 401
    assert as_manager.get(PATH, headers={"Last-Event-ID": "x"}).status_code == 422
    with listening(url, as_manager) as events:
        take(events, 1)
        with scenario.database.unit_of_work() as session:
            session.get_one(User, as_manager.user_id).active = False
        scenario.push(manager)
        assert list(events) == []


def test_a_stream_ends_when_its_user_owes_a_step_first(
    app: Any, scenario: Scenario, manager: UUID, as_manager: Caller, url: str
) -> None:
    services = app.state.services
    with listening(url, as_manager) as events:
        take(events, 1)
        services[Settings] = services[Settings].model_copy(update={"password_max_age": timedelta(0)})
        scenario.push(manager)
        assert list(events) == []


def test_one_user_cannot_take_all_streams(app: Any, manager: UUID, as_manager: Caller, url: str) -> None:
    app.state.services[OpenStreams] = OpenStreams(per_user=2, in_all=3)
    headers = {"Authorization": as_manager.http.headers["Authorization"]}

    def refused() -> httpx.Response | None:
        """The refusal of one more stream; None if it opens."""
        with (
            httpx.Client(base_url=url, timeout=120, trust_env=False) as client,
            client.stream("GET", PATH, headers=headers) as answer,
        ):
            if answer.status_code == 200:
                return None
            answer.read()
            return answer

    with listening(url, as_manager) as first:
        take(first, 1)
        with listening(url, as_manager) as second:
            take(second, 1)
            answer = refused()
            assert answer is not None
            assert (answer.status_code, answer.json()["code"]) == (429, "too_many_streams")
            assert int(answer.headers["Retry-After"]) > 0
        # The place is free once the server has noticed that the client has gone.
        assert any(refused() is None for _ in range(1_000))


def test_a_transaction_that_is_undone_leaves_no_number(scenario: Scenario, manager: UUID) -> None:
    scenario.push(manager)
    keys = scenario.demand(), scenario.achievement()
    with suppress(RuntimeError), scenario.database.unit_of_work() as session:
        make_push(session, manager_id=manager, demand_id=keys[0], achievement_id=keys[1])
        raise RuntimeError
    scenario.push(manager)
    with scenario.database.reading() as session:
        numbers = session.scalars(select(InboxChange.seq).order_by(InboxChange.seq)).all()
    assert list(numbers) == [1, 2]


def test_expiry_is_a_change_and_rescoring_is_not(scenario: Scenario, manager: UUID) -> None:
    push_id = scenario.push(manager)
    with scenario.database.unit_of_work() as session:
        session.get_one(Push, push_id).rank_key += 0.1
    with scenario.database.unit_of_work() as session:
        session.get_one(Push, push_id).expires_at = now() - timedelta(seconds=1)
    with scenario.database.unit_of_work() as session:
        assert expire_due(session) == 1
    with scenario.database.reading() as session:
        changes = session.execute(select(InboxChange.seq, InboxChange.change).order_by(InboxChange.seq)).all()
        assert [tuple(change) for change in changes] == [(1, "new"), (2, "changed")]
        assert session.get_one(Push, push_id).state == PushState.EXPIRED


def test_numbers_appear_in_order_while_many_write_at_once(
    database: Database, scenario: Scenario, manager: UUID
) -> None:
    """A reader that has seen number 8 never meets number 7 later."""
    keys = [(scenario.demand(), scenario.achievement()) for _ in range(24)]
    other = scenario.manager()
    stop, late = threading.Event(), []

    def write(mine: list[tuple[UUID, UUID]]) -> None:
        for demand_id, achievement_id in mine:
            with scenario.database.unit_of_work() as session:
                for one in (manager, other):
                    make_push(session, manager_id=one, demand_id=demand_id, achievement_id=achievement_id)

    def watch() -> None:
        """One statement is one moment: what it sees must have no gap."""
        while not stop.is_set():
            with scenario.database.reading() as session:
                count, highest = session.execute(
                    select(func.count(), func.max(InboxChange.seq)).where(InboxChange.manager_id == manager)
                ).one()
            if count != (highest or 0):
                late.append((count, highest))

    watcher = threading.Thread(target=watch)
    writers = [threading.Thread(target=write, args=(keys[part::3],)) for part in range(3)]
    for thread in (watcher, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    watcher.join()
    with scenario.database.reading() as session:
        for one in (manager, other):
            numbers = session.scalars(
                select(InboxChange.seq).where(InboxChange.manager_id == one).order_by(InboxChange.seq)
            ).all()
            assert list(numbers) == list(range(1, 25))
    assert late == []
