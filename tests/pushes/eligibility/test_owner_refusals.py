"""Owner refusals: a pair that an owner refuses is not pushed to other managers until a record changes."""

from typing import Any
from uuid import UUID

import pytest

from app.database import Database
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from tests.support.callers import Caller
from tests.support.http import ok, refused
from tests.support.scenario import Scenario


@pytest.fixture
def scenario(app: Any) -> Scenario:
    return Scenario(app.state.services[Database])


class Match:
    """A demand of the enterprise that is logged in with an achievement of the institution that is, pushed to the
    manager that is; one more manager is available."""

    def __init__(self, scenario: Scenario, enterprise: Caller, institution: Caller, manager: Caller) -> None:
        self.scenario, self.enterprise, self.institution, self.manager = (
            scenario,
            enterprise,
            institution,
            manager,
        )
        self.demand = scenario.demand(owner=enterprise.organisation_id)
        self.achievement = scenario.achievement(owner=institution.organisation_id)
        scenario.rank_pair(self.demand, self.achievement, 0.8)
        first = scenario.manager(fit=0.9)
        with scenario.database.unit_of_work() as session:
            session.get_one(Manager, first).user_id = manager.user_id
        scenario.emit_event("demand.published", self.demand)
        scenario.work()
        self.next = scenario.manager(fit=0.6)

    def answer(self, side: str = "demand", **word: Any) -> None:
        path, owner = (
            (f"/v1/demands/{self.demand}/matches/{self.achievement}/answer", self.enterprise)
            if side == "demand"
            else (f"/v1/achievements/{self.achievement}/matches/{self.demand}/answer", self.institution)
        )
        read = owner.get(path)
        headers = {"If-Match": read.headers["ETag"]} if read.status_code == 200 else {}
        given = owner.put(path, json=word, headers=headers)
        assert given.status_code == 200, given.text

    def decline(self) -> None:
        [item] = self.manager.get("/v1/inbox").json()["items"]
        answer = self.manager.post(f"/v1/pushes/{item['id']}/decline", json={"reason": "capacity"})
        assert answer.status_code == 200, answer.text

    def of(self, manager: UUID) -> list[str]:
        return self.scenario.states(manager_id=manager)

    def offer_again(self) -> None:
        """As operators do after managers have free capacity again."""
        self.scenario.emit_event("demand.published", self.demand)
        self.scenario.work()


@pytest.fixture
def match(scenario: Scenario, as_enterprise: Caller, as_institution: Caller, as_manager: Caller) -> Match:
    return Match(scenario, as_enterprise, as_institution, as_manager)


def test_without_a_word_of_its_owners_it_goes_to_the_next(match: Match) -> None:
    match.decline()
    match.scenario.work()
    assert match.of(match.next) == ["new"]


@pytest.mark.parametrize("side", ["demand", "achievement"])
def test_a_refusal_ends_what_was_sent_and_nobody_else_is_asked(match: Match, side: str) -> None:
    [item] = match.manager.get("/v1/inbox").json()["items"]
    match.answer(side, interested=False, reason="price")
    refused(match.manager.post(f"/v1/pushes/{item['id']}/accept"), 409, "owner_not_interested")
    match.scenario.work()
    assert match.manager.get("/v1/inbox").json()["items"] == []
    ended = ok(match.manager.get(f"/v1/pushes/{item['id']}"))
    assert (ended["state"], ended["ended"]["code"]) == ("cancelled", "owner_not_interested")
    assert "无意向" in ended["ended"]["zh"]
    problem = match.manager.post(f"/v1/pushes/{item['id']}/accept")
    assert problem.status_code == 409
    assert "无意向" in problem.text
    match.offer_again()
    match.scenario.emit_event("manager.published", match.next)
    match.scenario.work()
    assert match.of(match.next) == []


def test_an_owner_who_changes_their_mind_gives_it_back_to_the_manager(match: Match) -> None:
    match.answer(interested=False, reason="other", note="暂不考虑")
    match.scenario.work()
    match.answer(interested=True)
    match.scenario.work()
    [item] = match.manager.get("/v1/inbox").json()["items"]
    assert item["state"] == "new"


def test_the_preview_says_why(match: Match, as_operator: Caller) -> None:
    match.answer(interested=False, reason="price")
    seen = as_operator.post("/v1/pushes/preview", json={"manager_id": str(match.next)}).json()
    assert [one["code"] for one in seen["left_out"]] == ["owner_not_interested"]
    assert seen["left_out"][0]["zh"]


def test_an_owner_who_is_interested_after_all_has_it_offered_at_once(match: Match) -> None:
    match.answer(interested=False, reason="other", note="暂不考虑")
    match.offer_again()
    match.answer(interested=True)
    match.scenario.work()
    assert match.of(match.next) == ["new"]


def test_one_owners_interest_does_not_undo_the_others_word(match: Match) -> None:
    match.answer("achievement", interested=False, reason="conflict")
    match.answer("demand", interested=True)
    match.scenario.work()
    assert match.of(match.next) == []


def test_a_change_that_meets_the_reason_lets_it_go_on(match: Match) -> None:
    match.answer(interested=False, reason="price")
    match.scenario.rewrite(Achievement, match.achievement, summary="更清楚的简介")
    match.scenario.work()
    assert match.of(match.next) == []
    match.scenario.rewrite(Achievement, match.achievement, price_max_wan=50)
    match.scenario.work()
    assert match.of(match.next) == ["new"]


def test_a_change_of_before_the_word_meets_nothing(match: Match) -> None:
    match.scenario.rewrite(Achievement, match.achievement, price_max_wan=50)
    match.answer(interested=False, reason="price")
    match.scenario.work()
    assert match.of(match.next) == []


def test_what_lies_outside_the_need_goes_on_when_the_score_rose_by_a_change(match: Match) -> None:
    match.answer(interested=False, reason="outside_need")
    for score, states in ((0.85, []), (0.95, ["new"])):
        match.scenario.rank_pair(match.demand, match.achievement, score)
        match.scenario.rewrite(Demand, match.demand, main_problem=f"管道腐蚀快 {score}")
        match.scenario.work()
        assert match.of(match.next) == states
