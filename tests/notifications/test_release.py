"""What waited for the end of quiet hours is decided again when it is released."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.database import now
from app.pushes.digests.manager_digest import announce_digests, make_digest
from app.pushes.models import Push
from app.pushes.preferences.models import Frequency
from app.pushes.preferences.working_time import local
from tests.support.callers import Caller
from tests.support.http import ok
from tests.support.scenario import Scenario
from tests.support.servers import Mailbox

Drain = Callable[[], int]
WithMail = Callable[[Caller], str]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is decided does not depend on the database."""
    return sqlite_url


class Held:
    """A manager in their quiet hours, with pushes whose messages wait."""

    def __init__(
        self, scenario: Scenario, manager: UUID, drain: Drain, mailbox: Mailbox, address: str
    ) -> None:
        self.scenario, self.manager, self.drain = scenario, manager, drain
        self.mailbox, self.address = mailbox, address
        awake = local(now()) + timedelta(hours=2)  # quiet but for one minute that is not this one
        self.quiet = {
            "quiet_from": (awake + timedelta(minutes=1)).strftime("%H:%M"),
            "quiet_until": awake.strftime("%H:%M"),
        }
        scenario.prefer(manager, digest_hour=0, **self.quiet)

    def push(self, *scores: float) -> list[UUID]:
        for score in scores:
            demand = self.scenario.demand(title=f"需求 {score}")
            self.scenario.rank_pair(demand, self.scenario.achievement(), score)
            self.scenario.emit_event("demand.published", demand)
            self.scenario.work()
        self.drain()
        assert self.mailbox.letters == []
        return [push.id for push in self.scenario.pushes()]

    def release(self) -> list[str]:
        """The quiet hours end; the subjects that arrived."""
        self.scenario.pass_time(timedelta(days=1))
        self.drain()
        return [letter.subject for letter in self.mailbox.to(self.address)]

    def digest(self) -> None:
        with self.scenario.database.unit_of_work() as session:
            announce_digests(session)
        self.drain()


@pytest.fixture
def held(
    scenario: Scenario, manager: UUID, as_manager: Caller, with_mail: WithMail, mailbox: Mailbox, drain: Drain
) -> Held:
    return Held(scenario, manager, drain, mailbox, with_mail(as_manager))


def test_with_the_same_wishes_each_is_sent_once(held: Held) -> None:
    held.push(0.9, 0.95)
    assert len(held.release()) == 2
    assert all(push.notified_at for push in held.scenario.pushes())
    held.digest()
    assert len(held.release()) == 2  # the digest of the day says none of it again


def test_who_wants_a_digest_now_gets_no_single_mails(held: Held) -> None:
    held.push(0.9, 0.95, 0.87)
    held.scenario.prefer(held.manager, digest_hour=0, frequency=Frequency.DAILY)
    assert held.release() == []
    held.scenario.pass_days(1)
    held.digest()
    [letter] = held.mailbox.to(held.address)
    assert letter.subject == "【三库】今日推送：3 项待您处理"
    for text in letter.parts.values():
        scores = [float(found) for found in re.findall(r"匹配分 ([0-9.]+)", text)]
        assert scores == [0.95, 0.9, 0.87] and "从高到低" in text
    assert len(held.release()) == 1


def test_who_wants_nothing_now_gets_nothing(held: Held) -> None:
    held.push(0.9)
    held.scenario.prefer(held.manager, frequency=Frequency.NONE)
    assert held.release() == []


def test_what_was_answered_or_has_ended_is_not_sent(held: Held, as_manager: Caller) -> None:
    declined, postponed, expired, _ = held.push(0.9, 0.91, 0.92, 0.93)
    ok(as_manager.post(f"/v1/pushes/{declined}/decline", json={"reason": "terms"}))
    until = (now() + timedelta(days=2)).isoformat()
    ok(as_manager.post(f"/v1/pushes/{postponed}/later", json={"until": until}))
    held.scenario.age_push(expired, timedelta(days=60))
    assert len(held.release()) == 1


def test_what_a_digest_has_named_meanwhile_is_not_sent_by_itself(held: Held) -> None:
    held.push(0.9, 0.6)
    with held.scenario.database.unit_of_work() as session:
        for push in session.query(Push):
            push.pushed_at -= timedelta(days=1)
    held.scenario.prefer(held.manager, digest_hour=0, list_size=10)
    with held.scenario.database.unit_of_work() as session:
        assert make_digest(session, held.manager) is not None
    assert held.release() == ["【三库】今日推送：2 项待您处理"]


def test_new_quiet_hours_hold_it_again(held: Held) -> None:
    held.push(0.9)
    here = local(now())
    quiet = [(here + timedelta(hours=hours)).strftime("%H:%M") for hours in (-1, 3)]
    held.scenario.prefer(held.manager, quiet_from=quiet[0], quiet_until=quiet[1])
    held.scenario.pass_time(timedelta(hours=2, minutes=1))
    held.drain()
    assert held.mailbox.letters == []
    assert len(held.release()) == 1


def test_no_more_are_released_in_a_day_than_the_manager_takes(held: Held) -> None:
    held.push(0.9, 0.91, 0.92)
    held.scenario.prefer(held.manager, per_day=2, digest_hour=0, **held.quiet)
    assert len(held.release()) == 2
    assert sum(push.notified_at is None for push in held.scenario.pushes()) == 1


def test_the_numbers_of_a_digest_are_right(held: Held, as_manager: Caller) -> None:
    held.scenario.prefer(held.manager, frequency=Frequency.DAILY, digest_hour=0, list_size=2)
    held.push(0.6, 0.7, 0.8, 0.65)
    held.scenario.pass_days(1)
    held.digest()
    [letter] = held.mailbox.to(held.address)
    assert letter.subject == "【三库】今日推送：2 项待您处理（共 4 项待处理）"
    assert "共有 4 项推送待您处理，以下为其中 2 项" in letter.parts["text/plain"]
    listed: list[dict[str, Any]] = as_manager.get("/v1/digests").json()["items"]
    assert [item["position"] for item in listed[0]["items"]] == [1, 2]
