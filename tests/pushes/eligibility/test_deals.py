"""A pair that is being brokered, or has led to a contract: its other pushes end, and its owners are asked to close."""

from typing import Any
from uuid import UUID

import pytest

from app.database import Database
from app.events import catalogue as events
from app.events.domain_event import DomainEvent
from app.events.handler import HandlerTable
from app.events.messages import MessageKind
from app.handlers import HANDLERS
from app.notifications.content.audience import Audience, pushes_for
from app.pushes.digests.owner_digest import announce_owner_digests
from tests.support.callers import Caller, LogIn
from tests.support.http import ok
from tests.support.scenario import Scenario
from tests.support.scenario.engagements import EngagementCase
from tests.support.scenario.matcher import PUSHING

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both


@pytest.fixture
def scenario(app: Any, log_in: LogIn) -> Scenario:
    of_deals: tuple[type[DomainEvent], ...] = (
        events.EngagementAgreed,
        events.EngagementMoved,
        events.ContractRegistered,
        events.ContractLanded,
    )
    of_pushes: HandlerTable = {
        event: tuple(
            one for one in HANDLERS[event] if getattr(one, "__module__", "").startswith("app.pushes")
        )
        for event in of_deals
    }
    handlers: HandlerTable = {**PUSHING, **of_pushes}
    return Scenario(app.state.services[Database], log_in=log_in, handlers=handlers)


class OtherManager:
    """Another manager, who has the pair of the engagement as well."""

    def __init__(self, scenario: Scenario, case: EngagementCase) -> None:
        self.scenario = scenario
        self.caller, self.id = scenario.manager_with_login()
        self.push_id = scenario.push(self.id, case.demand_id, case.achievement_id)

    def seen(self) -> dict[str, Any]:
        read: dict[str, Any] = ok(self.caller.get(f"/v1/pushes/{self.push_id}"))
        return read

    def accept(self) -> Any:
        return self.caller.post(f"/v1/pushes/{self.push_id}/accept")

    def mailed(self) -> int:
        """How many pushes a message would still name."""
        with self.scenario.database.reading() as session:
            audience = Audience(self.scenario.as_manager(self.id), "经理人")
            return len(pushes_for(session, audience, manager_id=self.id, ids=[self.push_id], limit=5))


def test_an_acceptance_alone_leaves_the_pair_to_the_others(scenario: Scenario) -> None:
    other = OtherManager(scenario, scenario.open_engagement())
    scenario.work()
    assert other.seen()["state"] == "new"
    assert other.mailed() == 1


@pytest.mark.parametrize("running", ["consent", "contacted"])
def test_a_running_engagement_ends_the_other_pushes(scenario: Scenario, running: str) -> None:
    case = scenario.open_engagement()
    other = OtherManager(scenario, case)
    if running == "consent":
        case.consent(scenario.enterprise)
        case.consent(scenario.institution)
    else:
        ok(case.move("contacted"))
    problem = other.accept()
    assert (problem.status_code, problem.json()["code"]) == (409, "pair_in_deal")
    scenario.work()
    ended = other.seen()
    assert (ended["state"], ended["ended"]["code"]) == ("cancelled", "pair_in_deal")
    assert other.mailed() == 0
    problem = other.accept()
    assert problem.status_code == 409
    assert "已由其他经理人对接" in problem.text


def test_a_new_manager_is_not_pushed_a_pair_in_a_deal(scenario: Scenario) -> None:
    case = scenario.agreed_engagement()
    scenario.rank_pair(case.demand_id, case.achievement_id, 0.9)
    newcomer = scenario.manager(fit=0.95)
    scenario.emit_event("demand.published", case.demand_id)
    scenario.work()
    assert scenario.states(manager_id=newcomer) == []


def test_a_failed_engagement_gives_the_pair_back(scenario: Scenario) -> None:
    case = scenario.agreed_engagement()
    scenario.rank_pair(case.demand_id, case.achievement_id, 0.9)
    other = OtherManager(scenario, case)
    ok(case.move("contacted"))
    scenario.work()
    assert other.seen()["state"] == "cancelled"
    ok(case.move("ended", reason="manager_unavailable"))
    scenario.work()
    assert other.seen()["state"] == "new"


def test_owners_are_not_told_a_pair_in_a_deal_as_news(scenario: Scenario) -> None:
    case = scenario.agreed_engagement()
    scenario.rank_pair(case.demand_id, case.achievement_id, 0.9)
    with scenario.database.unit_of_work() as session:
        assert announce_owner_digests(session, policy=scenario.policy) == 0


def asked(scenario: Scenario) -> set[UUID]:
    return {
        UUID(event.payload["recipient"]["organisation_id"])
        for event in scenario.events("message.due")
        if event.payload["kind"] == MessageKind.CLOSING_REQUEST
    }


def registered(case: EngagementCase, operator: Caller) -> None:
    contract = case.signed()
    ok(
        operator.post(
            f"/v1/contracts/{contract['id']}/register",
            json={"registration_no": "2026370101000001", "registered_on": contract["signed_on"]},
        )
    )


def test_a_registered_contract_ends_pushes_and_asks_both_owners_to_close(scenario: Scenario) -> None:
    case = scenario.agreed_engagement().reach("negotiating")
    other = OtherManager(scenario, case)
    registered(case, scenario.operator)
    scenario.work()
    assert other.seen()["ended"]["code"] == "pair_concluded"
    assert asked(scenario) == {scenario.enterprise.organisation_id, scenario.institution.organisation_id}
