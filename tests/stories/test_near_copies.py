"""Copies of one achievement as managers and owners see them, over HTTP and with the real models."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.accounts.models import Role
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.http import create, ok

pytestmark = [pytest.mark.model, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]

SELLING_POINTS = ("", "不改变现有工艺。", "已在三家企业应用。", "欢迎来电洽谈。", "施工方便,常温固化。")


@dataclass
class City:
    """A demand, managers who suit it, and owners who all list one achievement."""

    log_in: Callable[..., Any]
    drain: Callable[[], int]
    managers: list[Any] = field(default_factory=list)

    def manager(self) -> Any:
        made = self.log_in(Role.MANAGER)
        expertise = "涂料与表面防腐技术转移，促成多项水性涂料许可"
        create(made, "managers", manager_payload(expertise=expertise))
        self.managers.append(made)
        return made

    def copies(self, count: int, **changes: Any) -> dict[str, Any]:
        """Id → its owner: each owner lists the coating once, in slightly other words."""
        made = {}
        for number in range(count):
            owner = self.log_in(Role.INSTITUTION)
            summary = achievement_payload()["summary"] + SELLING_POINTS[number % len(SELLING_POINTS)]
            made[create(owner, "achievements", achievement_payload(summary=summary, **changes))["id"]] = owner
        return made

    def inbox(self, manager: Any) -> list[dict[str, Any]]:
        self.drain()
        items: list[dict[str, Any]] = ok(manager.get("/v1/inbox"))["items"]
        return items


@pytest.fixture
def city(log_in: Callable[..., Any], drain: Callable[[], int]) -> City:
    return City(log_in, drain)


def test_an_inbox_holds_one_of_the_copies_and_names_the_others(city: City) -> None:
    broker = city.manager()
    copies = city.copies(5)
    demand = create(city.log_in(Role.ENTERPRISE), "demands", demand_payload())
    (push,) = city.inbox(broker)
    assert push["demand"]["id"] == demand["id"]
    assert {push["achievement"]["id"], *push["similar"]} == set(copies)
    assert ok(broker.get(f"/v1/achievements/{push['similar'][0]}"))["title"] == push["achievement"]["title"]


def test_a_copy_that_comes_later_takes_no_push_away_and_brings_none(city: City) -> None:
    broker = city.manager()
    (first,) = city.copies(1)
    create(city.log_in(Role.ENTERPRISE), "demands", demand_payload())
    (before,) = city.inbox(broker)
    assert before["achievement"]["id"] == first and before["similar"] == []
    later = city.copies(4)
    second = city.manager()
    for manager in (broker, second):
        (push,) = city.inbox(manager)
        assert push["achievement"]["id"] == first and push["state"] == "new"
        assert set(push["similar"]) == set(later)


def test_the_next_copy_is_pushed_when_the_first_is_taken_back(city: City) -> None:
    broker = city.manager()
    copies = city.copies(2)
    create(city.log_in(Role.ENTERPRISE), "demands", demand_payload())
    (push,) = city.inbox(broker)
    first, (second,) = push["achievement"]["id"], push["similar"]
    ok(copies[first].post(f"/v1/achievements/{first}/withdraw"))
    (push,) = city.inbox(broker)
    assert push["achievement"]["id"] == second and push["similar"] == []


def test_a_confidential_achievement_is_nobodys_copy(city: City) -> None:
    broker = city.manager()
    city.copies(1)
    city.copies(1, publish_mode="confidential")
    create(city.log_in(Role.ENTERPRISE), "demands", demand_payload())
    pushes = city.inbox(broker)
    assert len(pushes) == 2
    assert [push["similar"] for push in pushes] == [[], []]


def test_an_assignment_gives_no_manager_two_copies(city: City, as_operator: Any) -> None:
    copies = city.copies(4)
    create(city.log_in(Role.ENTERPRISE), "demands", demand_payload())
    city.drain()
    for _ in range(2):
        city.manager()
    plan = ok(as_operator.post("/v1/assignments/plan", json={"limit": 100}))
    assert plan["pairs"] == 1
    assert {place["achievement_id"] for place in plan["added"]} <= set(copies)
    assert len({place["achievement_id"] for place in plan["added"]}) == 1


def test_every_copys_owner_finds_the_pair_among_theirs(city: City) -> None:
    copies = city.copies(3)
    create(city.log_in(Role.ENTERPRISE), "demands", demand_payload())
    city.drain()
    for id_, owner in copies.items():
        assert [pair["achievement"]["id"] for pair in ok(owner.get("/v1/pairs"))["items"]] == [id_]
