"""A record withdrawn for a correction, or a contract that is cancelled, brings back what nobody has answered."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.database import Database, now
from app.engagements.contract_models import Contract
from app.engagements.events import contract_payload
from app.events.catalogue import ContractRegistered
from app.events.outbox import emit
from app.libraries.demands.models import Demand
from app.matching.models import Pair
from app.pushes.models import Push
from tests.support.callers import LogIn
from tests.support.days import day
from tests.support.http import ok
from tests.support.scenario import Scenario


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def scenario(app: Any, log_in: LogIn) -> Scenario:
    return Scenario(app.state.services[Database], log_in=log_in)


PUBLISHABLE: dict[str, Any] = {
    "fields": ["401"],
    "cooperation_modes": ["licence"],
    "deadline": date.fromisoformat(day(300)),
    "main_problem": "输送管道内壁腐蚀快,需要耐腐蚀的防护办法",
}


class Correction:
    """A pushed pair whose demand its owner withdraws, and publishes again."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self.owner = scenario, scenario.enterprise
        self.demand = scenario.demand(owner=self.owner.organisation_id, **PUBLISHABLE)
        self.achievement = scenario.achievement(owner=scenario.institution.organisation_id)
        scenario.rank_pair(self.demand, self.achievement, 0.9)
        self.managers = [scenario.manager(fit=0.9 - n / 10) for n in range(2)]
        for manager in self.managers:
            scenario.prefer(manager)
        self.change(contact_phone="13905310000")  # its history begins
        self.rank()
        self.publish_event()
        assert [push.state for push in self.pushes()] == ["new", "new"]

    def publish_event(self) -> None:
        self.scenario.emit_event("demand.published", self.demand)
        self.scenario.work()

    def pushes(self) -> list[Push]:
        return self.scenario.pushes(demand_id=self.demand)

    def tagged(self) -> dict[str, str]:
        return {"If-Match": self.owner.get(f"/v1/demands/{self.demand}").headers["ETag"]}

    def withdraw(self) -> None:
        """As for a correction: withdrawn, and a draft again."""
        ok(self.owner.post(f"/v1/demands/{self.demand}/withdraw", headers=self.tagged()))
        self.scenario.work()
        ok(self.owner.post(f"/v1/demands/{self.demand}/restore", headers=self.tagged()))

    def change(self, **values: Any) -> None:
        ok(self.owner.patch(f"/v1/demands/{self.demand}", json=values, headers=self.tagged()))

    def publish(self) -> None:
        ok(self.owner.post(f"/v1/demands/{self.demand}/submit", headers=self.tagged()))
        self.rank()
        self.scenario.work()

    def rank(self) -> None:
        """As ranking leaves the pair."""
        with self.scenario.database.unit_of_work() as session:
            version = session.get_one(Demand, self.demand).version
            for pair in session.scalars(select(Pair).where(Pair.demand_id == self.demand)):
                pair.demand_version = version

    def messages(self) -> int:
        return len(self.scenario.events("message.due"))


@pytest.fixture
def correction(scenario: Scenario) -> Correction:
    return Correction(scenario)


def shown(push: Push) -> tuple[Any, ...]:
    return push.id, push.state, push.round, push.answer_due_at, push.expires_at, push.notified_at


def test_unanswered_pushes_come_back_as_they_were_without_a_message(correction: Correction) -> None:
    before, messages = [shown(push) for push in correction.pushes()], correction.messages()
    correction.withdraw()
    assert {push.ended_reason for push in correction.pushes()} == {"demand_not_published"}
    correction.publish()
    assert [shown(push) for push in correction.pushes()] == before
    assert correction.messages() == messages


def test_a_telephone_number_is_no_news(correction: Correction) -> None:
    before, messages = [shown(push) for push in correction.pushes()], correction.messages()
    correction.withdraw()
    correction.change(contact_phone="13905310001")
    correction.publish()
    assert [shown(push) for push in correction.pushes()] == before
    assert correction.messages() == messages


@pytest.mark.parametrize(
    "corrected",
    [
        {"main_problem": "输送管道内壁腐蚀快, 需要耐腐蚀的防护办法。"},
        {"title": "解決管道腐蝕"},
        {"keywords": ["防腐", "管道"]},
        {"fields": ["402", "401"]},
    ],
)
def test_a_comma_or_another_order_is_no_news(correction: Correction, corrected: dict[str, Any]) -> None:
    correction.change(keywords=["管道", "防腐"], fields=["401", "402"])
    correction.rank()
    correction.publish_event()
    before, messages = [shown(push) for push in correction.pushes()], correction.messages()
    correction.withdraw()
    correction.change(**corrected)
    correction.publish()
    assert [shown(push) for push in correction.pushes()] == before
    assert correction.messages() == messages


def test_a_comma_does_not_undo_the_word_of_an_owner_and_another_text_does(correction: Correction) -> None:
    path = f"/v1/demands/{correction.demand}/matches/{correction.achievement}/answer"
    ok(correction.owner.put(path, json={"interested": False, "reason": "unclear_text"}))

    def offer_after(text: str) -> set[str]:
        correction.change(main_problem=text)
        correction.rank()
        correction.publish_event()
        return {push.state for push in correction.pushes()}

    assert offer_after("输送管道内壁腐蚀快，需要耐腐蚀的防护办法。") == {"cancelled"}
    assert offer_after("储罐内壁腐蚀,每年停产检修两次") == {"new"}


def test_a_change_that_was_taken_back_is_none(correction: Correction) -> None:
    correction.withdraw()
    text = ok(correction.owner.get(f"/v1/demands/{correction.demand}"))["main_problem"]
    correction.change(main_problem="储罐内壁腐蚀,每年停产检修两次")
    correction.change(main_problem=text)
    correction.publish()
    assert [(push.state, push.round) for push in correction.pushes()] == [("new", 1), ("new", 1)]


def test_a_change_that_matters_begins_a_new_round_and_is_named_in_words(correction: Correction) -> None:
    correction.withdraw()
    correction.change(main_problem="储罐内壁腐蚀,每年停产检修两次")
    correction.publish()
    pushes = correction.pushes()
    assert [(push.state, push.round) for push in pushes] == [("new", 2), ("new", 2)]
    why = ok(correction.scenario.operator.get(f"/v1/pushes/{pushes[0].id}"))["why_again"]
    assert [change["field"] for change in why["changed"]] == ["main_problem"]
    assert why["zh"].endswith("此后需求已更新：主要问题。") and "state" not in why["zh"] + why["en"]


def test_what_has_just_expired_stays_expired(correction: Correction) -> None:
    first, second = correction.pushes()
    correction.withdraw()
    correction.scenario.age_push(first.id, timedelta(days=60))
    correction.publish()
    states = {push.id: (push.state, push.round) for push in correction.pushes()}
    assert states == {first.id: ("cancelled", 1), second.id: ("new", 1)}


def test_what_was_read_comes_back_as_read(correction: Correction) -> None:
    with correction.scenario.database.unit_of_work() as session:
        for push in session.scalars(select(Push)):
            push.state, push.read_at = "read", now()
    correction.withdraw()
    correction.publish()
    assert {push.state for push in correction.pushes()} == {"read"}


def test_a_cancelled_contract_brings_back_what_it_had_ended(correction: Correction) -> None:
    scenario, operator = correction.scenario, correction.scenario.operator
    before, messages = [shown(push) for push in correction.pushes()], correction.messages()
    contract_id = _registered(correction)
    assert {push.ended_reason for push in correction.pushes()} == {"pair_concluded"}
    ok(operator.post(f"/v1/contracts/{contract_id}/cancel", json={"reason": "双方协商解除"}))
    scenario.work()
    assert [shown(push) for push in correction.pushes()] == before
    assert [
        event.payload["kind"] for event in scenario.events("message.due") if event.payload["kind"] == "push"
    ] == ["push"] * messages


def _registered(correction: Correction) -> UUID:
    """A contract of the pair without an engagement, registered by the bureau."""
    today = date.fromisoformat(day())
    with correction.scenario.database.unit_of_work() as session:
        contract = Contract(
            number="HT-2026-000001",
            kind="development",
            title="耐磨涂层开发",
            demand_id=correction.demand,
            achievement_id=correction.achievement,
            buyer_org_id=correction.owner.organisation_id,
            seller_org_id=correction.scenario.institution.organisation_id,
            deal_amount_wan=120,
            technology_amount_wan=100,
            state="registered",
            signed_on=today,
            registered_on=today,
            registration_no="2026370101000001",
        )
        session.add(contract)
        session.flush()
        emit(session, ContractRegistered(**contract_payload(contract), registered_on=today))
        contract_id = contract.id
    correction.scenario.work()
    return contract_id
