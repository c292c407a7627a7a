"""A push that comes back says which change brought it back, in both languages."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.database import Database
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.pushes.planning.revision import expire_due
from tests.support.callers import Caller
from tests.support.scenario import Scenario


@pytest.fixture
def scenario(app: Any) -> Scenario:
    return Scenario(app.state.services[Database])


class Inbox:
    def __init__(self, scenario: Scenario, manager: Caller) -> None:
        self.scenario, self.manager = scenario, manager
        self.demand, self.achievement = scenario.demand(), scenario.achievement()
        scenario.rank_pair(self.demand, self.achievement, 0.6)
        self.id = scenario.manager(fit=0.9)
        with scenario.database.unit_of_work() as session:
            session.get_one(Manager, self.id).user_id = manager.user_id
        scenario.emit_event("demand.published", self.demand)
        scenario.work()

    def push(self) -> dict[str, Any]:
        [item] = self.manager.get("/v1/inbox").json()["items"]
        read: dict[str, Any] = self.manager.get(f"/v1/pushes/{item['id']}").json()
        assert read["why_again"] == item["why_again"]
        return read

    def decline(self, reason: str) -> None:
        answer = self.manager.post(f"/v1/pushes/{self.push()['id']}/decline", json={"reason": reason})
        assert answer.status_code == 200, answer.text

    def change(self, model: type[Any], record_id: UUID, *, score: float = 0.6, **values: Any) -> None:
        self.scenario.rank_pair(self.demand, self.achievement, score)
        self.scenario.rewrite(model, record_id, **values)
        self.scenario.work()


@pytest.fixture
def inbox(scenario: Scenario, as_manager: Caller) -> Inbox:
    return Inbox(scenario, as_manager)


def test_the_first_round_has_nothing_to_explain(inbox: Inbox) -> None:
    assert inbox.push()["why_again"] is None


def test_after_a_refusal_it_names_what_met_the_reason_and_nothing_else(inbox: Inbox) -> None:
    inbox.decline("price")
    inbox.change(Achievement, inbox.achievement, price_max_wan=50, summary="更清楚的简介")
    why = inbox.push()["why_again"]
    assert why == {
        "code": "declined",
        "reason": "price",
        "changed": [
            {"record": "achievement", "field": "price_max_wan", "zh": "意向价上限", "en": "highest price"},
        ],
        "score_before": 0.6,
        "score_now": 0.6,
        "zh": "您曾以“价格不合适”谢绝；此后成果已更新：意向价上限。",
        "en": "You declined it (Price does not fit); since then the achievement has changed: highest price.",
    }


def test_when_it_ran_out_it_names_the_risen_score(inbox: Inbox, scenario: Scenario) -> None:
    [push] = scenario.pushes()
    scenario.age_push(push.id, timedelta(days=40))
    with scenario.database.unit_of_work() as session:
        expire_due(session)
    inbox.change(Demand, inbox.demand, score=0.8, main_problem="管道腐蚀快，年均穿孔三次")
    why = inbox.push()["why_again"]
    assert (why["code"], why["reason"]) == ("expired", None)
    assert (why["score_before"], why["score_now"]) == (0.6, 0.8)
    assert [(one["record"], one["field"]) for one in why["changed"]] == [("demand", "main_problem")]
    assert why["zh"] == "此前未答复；此后需求已更新：主要问题，匹配分由 0.60 升至 0.80。"
    assert "rose from 0.60 to 0.80" in why["en"]


def test_when_the_rules_had_taken_it_back_it_says_that_they_allow_it_again(inbox: Inbox) -> None:
    inbox.change(Demand, inbox.demand, score=0.3, main_problem="别的问题")
    assert inbox.manager.get("/v1/inbox").json()["items"] == []
    inbox.change(Demand, inbox.demand, score=0.7, main_problem="管道腐蚀快")
    why = inbox.push()["why_again"]
    assert why["code"] == "cancelled"
    assert "重新符合" in why["zh"]
    assert "again" in why["en"]


def test_what_a_confidential_record_hides_is_not_named(inbox: Inbox, scenario: Scenario) -> None:
    with scenario.database.unit_of_work() as session:
        session.get_one(Demand, inbox.demand).publish_mode = "confidential"
    inbox.decline("unclear_text")
    inbox.change(Demand, inbox.demand, existing_basis="已有中试线", main_problem="管道腐蚀很快")
    why = inbox.push()["why_again"]
    assert [one["field"] for one in why["changed"]] == ["main_problem"]
