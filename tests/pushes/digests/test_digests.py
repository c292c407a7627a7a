"""Digests and their messages: their content, sent once, with any number of workers."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sqlalchemy import select

from app.pushes.digests.manager_digest import announce_digests, make_digest
from app.pushes.digests.models import Digest
from app.pushes.inbox import service as inbox
from app.pushes.preferences.models import Frequency
from app.pushes.preferences.working_time import local
from tests.support.scenario import Scenario
from tests.support.state_machines import DatabaseMachine, run_machine


def digests(scenario: Scenario) -> list[Digest]:
    with scenario.database.reading() as session:
        found = list(session.scalars(select(Digest).order_by(Digest.day, Digest.manager_id)))
        session.expunge_all()
        return found


def announce(scenario: Scenario) -> int:
    with scenario.database.unit_of_work() as session:
        return announce_digests(session)


def make(scenario: Scenario, manager_id: UUID) -> bool:
    with scenario.database.unit_of_work() as session:
        return make_digest(session, manager_id) is not None


def push(scenario: Scenario, score: float = 0.7, demand: UUID | None = None) -> tuple[UUID, UUID]:
    key = demand or scenario.demand(), scenario.achievement()
    scenario.rank_pair(*key, score)
    scenario.emit_event("achievement.published", key[1])
    scenario.work()
    return key


@pytest.fixture
def manager(scenario: Scenario) -> UUID:
    """Wants the list of what came before midnight, on any day, so that tests pass at any hour."""
    manager_id = scenario.manager(capacity=9)
    scenario.prefer(manager_id, digest_hour=0, frequency=Frequency.DAILY)
    return manager_id


def test_a_list_holds_the_best_of_what_is_new(scenario: Scenario, manager: UUID) -> None:
    for score in (0.6, 0.9, 0.7):
        push(scenario, score)
    assert announce(scenario) == 0  # all of it came after the hour
    scenario.pass_days(1)
    versions = {one.id: one.version for one in scenario.pushes()}
    assert announce(scenario) == 1
    assert announce(scenario) == 0  # while the first event is unhandled
    scenario.work()
    [digest] = digests(scenario)
    assert digest.day == local(datetime.now(UTC)).date()
    by_id = {one.id: one for one in scenario.pushes()}
    listed = [by_id[UUID(item["push_id"])].pair_score for item in digest.items]
    assert listed == [0.9, 0.7, 0.6]
    assert [(item["position"], item["new"]) for item in digest.items] == [(1, True), (2, True), (3, True)]
    assert all(one.notified_at for one in by_id.values())
    assert {id_: one.version for id_, one in by_id.items()} == versions  # telling is no change: ETags stay
    [message] = scenario.events("message.due")
    assert message.payload["kind"] == "digest"
    assert message.payload["recipient"] == {"manager_id": str(manager)}
    assert message.payload["ids"]["push_ids"] == [item["push_id"] for item in digest.items]
    assert message.payload["ids"]["digest_id"] == str(digest.id)


def test_no_new_items_make_no_list_and_old_ones_stand_where_their_score_puts_them(
    scenario: Scenario, manager: UUID
) -> None:
    push(scenario, 0.9)
    scenario.pass_days(1)
    assert make(scenario, manager)
    scenario.pass_days(1)
    assert not make(scenario, manager)
    push(scenario, 0.6)
    scenario.pass_days(1)
    assert make(scenario, manager)
    assert not make(scenario, manager)
    last = digests(scenario)[-1]
    assert [item["new"] for item in last.items] == [False, True]


def test_answered_expired_and_postponed_pushes_are_on_no_list(scenario: Scenario, manager: UUID) -> None:
    for _ in range(4):
        push(scenario)
    first, second, third, _ = (one.id for one in scenario.pushes())
    me = scenario.as_manager(manager)
    with scenario.database.unit_of_work() as session:
        inbox.decline(session, first, principal=me, reason="terms")
        inbox.accept(session, second, principal=me)
        until = datetime.now(UTC) + timedelta(days=5)
        inbox.postpone(session, third, principal=me, until=until)
    scenario.pass_days(1)
    make(scenario, manager)
    assert [len(one.items) for one in digests(scenario)] == [1]


def test_one_demand_does_not_fill_the_list_and_the_rest_comes_later(
    scenario: Scenario, manager: UUID
) -> None:
    loud = scenario.demand()
    for _ in range(5):
        push(scenario, 0.9, demand=loud)
    other, _ = push(scenario, 0.6)
    scenario.pass_days(1)
    assert make(scenario, manager)
    by_id = {str(one.id): one.demand_id for one in scenario.pushes()}
    listed = [by_id[item["push_id"]] for item in digests(scenario)[0].items]
    assert listed == [loud, loud, other]
    scenario.pass_days(1)
    assert make(scenario, manager)
    new = [item for item in digests(scenario)[-1].items if item["new"]]
    assert [by_id[item["push_id"]] for item in new] == [loud, loud]


def test_the_list_is_as_long_as_its_reader_wants(scenario: Scenario, manager: UUID) -> None:
    scenario.prefer(manager, digest_hour=0, frequency=Frequency.DAILY, list_size=2)
    for _ in range(4):
        push(scenario)
    scenario.pass_days(1)
    make(scenario, manager)
    assert len(digests(scenario)[0].items) == 2


def test_a_weekly_list_comes_once_a_week(scenario: Scenario, manager: UUID) -> None:
    began = local(datetime.now(UTC)) - timedelta(days=3)
    scenario.prefer(manager, digest_hour=0, frequency=Frequency.WEEKLY, weekday=began.isoweekday())
    push(scenario)
    scenario.pass_days(5)
    assert make(scenario, manager)
    push(scenario)
    scenario.pass_days(3)
    assert not make(scenario, manager)
    scenario.pass_days(1)
    assert make(scenario, manager)


def test_who_wants_no_messages_gets_none_and_still_has_an_inbox(scenario: Scenario, manager: UUID) -> None:
    scenario.prefer(manager, digest_hour=0, frequency=Frequency.NONE)
    push(scenario, 0.99)
    scenario.pass_days(1)
    assert announce(scenario) == 0
    assert not make(scenario, manager)
    assert scenario.states() == ["new"]
    assert scenario.events("message.due") == []


class TestAtOnce:
    def test_only_the_best_are_notified_at_once(self, scenario: Scenario) -> None:
        manager = scenario.manager()
        scenario.prefer(manager)
        push(scenario, 0.84)
        best = push(scenario, 0.85)
        [message] = scenario.events("message.due")
        [notified] = [row for row in scenario.pushes() if row.notified_at]
        assert (notified.demand_id, notified.achievement_id) == best
        assert message.payload == {
            "kind": "push",
            "recipient": {"manager_id": str(manager)},
            "ids": {"push_id": str(notified.id), "round": "1"},
        }
        assert message.available_at <= datetime.now(UTC)

    def test_each_manager_has_a_separate_threshold(self, scenario: Scenario) -> None:
        scenario.prefer(scenario.manager(), immediate_score=0.6)
        push(scenario, 0.6)
        push(scenario, 0.59)
        assert len(scenario.events("message.due")) == 1

    def test_daily_readers_are_not_disturbed(self, scenario: Scenario) -> None:
        scenario.prefer(scenario.manager(), frequency=Frequency.DAILY)
        push(scenario, 0.99)
        assert scenario.events("message.due") == []

    def test_a_message_waits_for_the_end_of_the_quiet_hours(self, scenario: Scenario) -> None:
        """Quiet but for one minute that is not this one."""
        here = local(datetime.now(UTC))
        awake = here + timedelta(hours=2)
        start, end = (awake + timedelta(minutes=1)).strftime("%H:%M"), awake.strftime("%H:%M")
        scenario.prefer(scenario.manager(), quiet_from=start, quiet_until=end)
        push(scenario, 0.99)
        [message] = scenario.events("message.due")
        assert message.available_at == awake.replace(second=0, microsecond=0).astimezone(UTC)

    def test_an_item_notified_immediately_is_not_new_in_the_list(self, scenario: Scenario) -> None:
        manager = scenario.manager()
        scenario.prefer(manager, digest_hour=0)
        push(scenario, 0.99)
        push(scenario, 0.6)
        scenario.pass_days(1)
        make(scenario, manager)
        assert [item["new"] for item in digests(scenario)[0].items] == [False, True]

    def test_an_item_of_todays_message_is_not_in_todays_list(self, scenario: Scenario) -> None:
        manager = scenario.manager()
        scenario.prefer(manager, digest_hour=0)
        push(scenario, 0.6)
        scenario.pass_days(1)
        push(scenario, 0.99)
        make(scenario, manager)
        [listed] = [item["push_id"] for item in digests(scenario)[0].items]
        assert [one.pair_score for one in scenario.pushes() if str(one.id) == listed] == [0.6]


def test_two_workers_make_one_list(scenario: Scenario) -> None:
    managers = [scenario.manager(capacity=9) for _ in range(2)]
    for manager in managers:
        scenario.prefer(manager, digest_hour=0, frequency=Frequency.DAILY)
    push(scenario)
    scenario.pass_days(1)
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        for manager in managers:
            make(scenario, manager)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(one.manager_id for one in digests(scenario)) == dict.fromkeys(managers, 1)
    assert len(scenario.events("message.due")) == 2


class Killed(Exception):
    """A worker's end in the middle of its transaction."""


class DigestMachine(DatabaseMachine):
    """Pushes, jobs, kills and nights in any order: each list once a day, each push new once, each list one message."""

    def __init__(self) -> None:
        super().__init__()
        self.scenario = Scenario(self.database)

    @initialize(sizes=st.lists(st.integers(1, 3), min_size=2, max_size=2))
    def begin(self, sizes: list[int]) -> None:
        self.managers = [self.scenario.manager(capacity=9) for _ in sizes]
        for manager, size in zip(self.managers, sizes, strict=True):
            self.scenario.prefer(manager, digest_hour=0, frequency=Frequency.DAILY, list_size=size)

    @rule(score=st.sampled_from([0.6, 0.9]))
    def push(self, score: float) -> None:
        push(self.scenario, score)

    @rule()
    def night(self) -> None:
        self.scenario.pass_days(1)

    @rule(n=st.integers(0, 1), killed=st.booleans())
    def make(self, n: int, killed: bool) -> None:
        try:
            with self.scenario.database.unit_of_work() as session:
                make_digest(session, self.managers[n])
                if killed:
                    raise Killed
        except Killed:
            pass

    @rule()
    def announce(self) -> None:
        announce(self.scenario)

    @rule(limit=st.integers(1, 3))
    def work(self, limit: int) -> None:
        self.scenario.work(limit=limit)

    @invariant()
    def once_a_day(self) -> None:
        made = digests(self.scenario)
        per_day = Counter((one.manager_id, one.day) for one in made)
        assert all(count == 1 for count in per_day.values())
        actual = Counter(item["push_id"] for one in made for item in one.items if item["new"])
        assert all(count == 1 for count in actual.values())
        messages = Counter(one.payload["ids"]["digest_id"] for one in self.scenario.events("message.due"))
        assert messages == {str(one.id): 1 for one in made}
        assert all(any(item["new"] for item in one.items) for one in made)
        assert {str(one.id) for one in self.scenario.pushes() if one.notified_at} == set(actual)


@pytest.mark.slow
def test_no_order_of_jobs_makes_a_list_twice(sqlite_template: Path) -> None:
    run_machine(DigestMachine, sqlite_template, runs=8, steps=20)
