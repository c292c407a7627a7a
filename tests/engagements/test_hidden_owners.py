"""The owner of a confidential record stays hidden: attackers enter ties with half of all organisations and look.

Every attack is played against many random owners. What an attacker sees must be the same whether or not the owner is
among the organisations named; then a guess is as good as chance.
"""

import re
from collections.abc import Collection, Iterator
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from stdnum.cn import uscc

from app.accounts.models import AuditEntry, Organisation, Role
from app.accounts.organisations.credit_code import is_uscc
from app.libraries.lifecycle.tie_changes import ALARM, MANY
from app.libraries.managers.models import Manager
from app.pushes.models import PushState
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.callers import Caller
from tests.support.http import create, metrics_of, ok, refused
from tests.support.scenario import Scenario
from tests.support.scenario.engagements import EngagementCase

ORGANISATIONS = 8
STATES = [state.value for state in PushState]
OWNERS = 10
"""Hidden records, each of a random owner."""

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both


class City:
    """Organisations, and records of random ones of them whose owners are hidden."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        self.chance = Random(seed)
        self.brands = [
            "".join(chr(0x5000 + self.chance.randrange(4000)) for _ in range(3)) for _ in range(ORGANISATIONS)
        ]
        self.organisations = [
            scenario.organisation(name=f"济南{brand}技术转移有限公司") for brand in self.brands
        ]
        self.codes = dict(zip(self.organisations, _codes(), strict=False))
        with scenario.database.unit_of_work() as session:
            for id_, code in self.codes.items():
                session.get_one(Organisation, id_).uscc = code
        scenario.change(Manager, scenario.lead_id, capacity=50)
        self.owners = [self.chance.choice(self.organisations) for _ in range(OWNERS)]

    def half(self) -> list[UUID]:
        return self.chance.sample(self.organisations, ORGANISATIONS // 2)

    def hidden_achievements(self, demand_id: UUID) -> list[UUID]:
        """Ranked with the demand."""
        found = [self.scenario.achievement(owner=one, publish_mode="confidential") for one in self.owners]
        for id_ in found:
            self.scenario.rank_pair(demand_id, id_)
        return found

    def hidden_demands(self, achievement_id: UUID) -> list[UUID]:
        found = [self.scenario.demand(owner=one, publish_mode="confidential") for one in self.owners]
        for id_ in found:
            self.scenario.rank_pair(id_, achievement_id)
        return found

    def manager(self) -> tuple[Caller, str]:
        """A manager who wrote their own record."""
        caller = self.scenario.log_in(Role.MANAGER)
        return caller, create(caller, "managers", manager_payload(capacity=20))["id"]


@pytest.fixture(params=range(3))
def city(scenario: Scenario, request: pytest.FixtureRequest) -> City:
    return City(scenario, request.param)


def declare(manager: Caller, manager_id: str, ties: Collection[UUID]) -> None:
    change(
        manager,
        f"/v1/managers/{manager_id}",
        declared_conflicts=[{"organisation_id": str(id_)} for id_ in ties],
    )


def change(caller: Caller, path: str, **values: Any) -> None:
    read = caller.get(path)
    ok(caller.patch(path, json=values, headers={"If-Match": read.headers["ETag"]}))


def inbox(manager: Caller) -> dict[tuple[str, str], dict[str, Any]]:
    """Pair → what the manager sees of its push, without what tells only its place in time."""
    items = ok(manager.get("/v1/pushes", params={"state": STATES, "limit": 100}))["items"]
    return {
        (one["demand"]["id"], one["achievement"]["id"]): {
            name: one[name] for name in ("state", "ended", "ended_reason", "allowed", "why_again")
        }
        for one in items
    }


class TestAttacks:
    def test_a_colleague_invites_a_manager_who_declared_ties(self, city: City) -> None:
        scenario = city.scenario
        demand_id = scenario.demand(owner=scenario.enterprise.organisation_id)
        cases = [_accepted(scenario, demand_id, one) for one in city.hidden_achievements(demand_id)]
        spy, spy_id = city.manager()
        declare(spy, spy_id, city.half())
        invited = [case.invite(scenario.lead, "manager", manager_id=spy_id) for case in cases]
        assert {answer.status_code for answer in invited} == {200}
        assert {case.answer(spy, "consent").status_code for case in cases} == {200}

    def test_a_manager_declares_ties_and_looks_at_their_pushes(self, city: City) -> None:
        scenario = city.scenario
        demand_id = scenario.demand(owner=scenario.enterprise.organisation_id)
        spy, spy_id = city.manager()
        pushes = [scenario.push(UUID(spy_id), demand_id, one) for one in city.hidden_achievements(demand_id)]
        change(spy, f"/v1/managers/{spy_id}", capacity=21)  # every change has the pushes scored anew
        scenario.work()
        before, preview = inbox(spy), _preview(spy)
        for _ in range(2):
            declare(spy, spy_id, city.half())
            scenario.work()
            assert inbox(spy) == before
            assert _preview(spy) == preview
        answers = [spy.post(f"/v1/pushes/{id_}/accept") for id_ in pushes]
        assert {answer.status_code for answer in answers} == {200}

    def test_a_manager_declares_ties_and_waits_for_new_pushes(self, city: City) -> None:
        """New pushes arrive or not by the same rules as they stay or not."""
        scenario = city.scenario
        demand_id = scenario.demand(owner=scenario.enterprise.organisation_id)
        spy, spy_id = city.manager()
        declare(spy, spy_id, city.half())
        hidden = city.hidden_achievements(demand_id)
        scenario.emit_event("demand.published", demand_id)
        scenario.work()
        assert {pair[1] for pair in inbox(spy)} == {str(id_) for id_ in hidden}

    def test_an_owner_names_co_owners_and_reads_the_counts(self, city: City) -> None:
        scenario = city.scenario
        owner = scenario.institution
        achievement = create(owner, "achievements", achievement_payload())["id"]
        demands = city.hidden_demands(UUID(achievement))
        for id_ in demands:
            scenario.push(scenario.lead_id, id_, UUID(achievement))
        before = ok(owner.get(f"/v1/achievements/{achievement}/feedback"))
        assert before["waiting"] == OWNERS
        for _ in range(2):
            change(owner, f"/v1/achievements/{achievement}", co_org_ids=[str(id_) for id_ in city.half()])
            scenario.work()
            assert ok(owner.get(f"/v1/achievements/{achievement}/feedback")) == before

    def test_the_lead_invites_one_manager_of_each_organisation(self, city: City) -> None:
        """The one who is refused would show whose demand it is."""
        scenario = city.scenario
        offered = scenario.achievement(owner=scenario.institution.organisation_id)
        (hidden,) = city.hidden_demands(offered)[:1]
        owner = scenario.log_in(Role.ENTERPRISE, organisation_id=city.owners[0])
        case = _accepted(scenario, hidden, offered)
        staff = [scenario.manager_with_login(owner=one, capacity=20) for one in city.organisations]
        answers = [case.invite(scenario.lead, "manager", manager_id=str(id_)) for _, id_ in staff]
        assert {answer.status_code for answer in answers} == {200}
        assert {case.answer(caller, "consent").status_code for caller, _ in staff} == {200}
        case.consent(scenario.institution)
        refused(case.answer(owner, "consent"), 409, "under_review")
        assert ok(scenario.operator.get(case.path))["under_review"] == ["demand"]
        assert case.seen()["agreed_at"] is None

    def test_an_owner_excludes_organisations_and_an_accomplice_looks(self, city: City) -> None:
        scenario = city.scenario
        owner = scenario.enterprise
        demand_id = UUID(create(owner, "demands", demand_payload())["id"])
        for id_ in city.hidden_achievements(demand_id):
            scenario.push(scenario.lead_id, demand_id, id_)
        before = inbox(scenario.lead)
        listed = _listed(owner, demand_id)
        for _ in range(2):
            excluded = [city.codes[id_] for id_ in city.half()]
            change(owner, f"/v1/demands/{demand_id}", excluded_orgs=excluded)
            scenario.work()
            assert inbox(scenario.lead) == before
            assert _listed(owner, demand_id) == listed

    def test_an_owner_excludes_a_half_and_then_parts_of_it_in_further_demands(self, city: City) -> None:
        """That hidden achievements of the first half stay away can be seen; of which part cannot."""
        scenario, owner = city.scenario, city.scenario.enterprise
        half = city.half()
        del city.owners[4:]  # few, so that no limit of pushes is reached
        seen: list[list[bool]] = []
        for part in (half, half[:2], half[2:], []):
            excluded = [city.codes[id_] for id_ in part]
            payload = demand_payload(title=f"储罐防腐第{len(seen)}期", excluded_orgs=excluded)
            demand_id = UUID(create(owner, "demands", payload)["id"])
            if not seen:
                hidden = city.hidden_achievements(demand_id)
            for id_ in hidden:
                scenario.rank_pair(demand_id, id_)
            scenario.emit_event("demand.published", demand_id)
            scenario.work()
            pushed = {push.achievement_id for push in scenario.pushes(demand_id=demand_id)}
            seen.append([id_ in pushed for id_ in hidden])
        assert seen == [[one not in half for one in city.owners]] * 4


class TestWhatIsKeptFromTheHiddenOwner:
    """The tie holds all the same: a manager with a tie never learns who the owner is."""

    def test_the_hidden_owner_cannot_consent_until_the_bureau_has_looked(self, city: City) -> None:
        scenario, case, hidden_owner, spy, _ = _tied_engagement(city)
        assert ok(scenario.operator.get(case.path))["under_review"] == ["achievement"]
        refused(case.answer(hidden_owner, "consent"), 409, "under_review")
        case.consent(scenario.enterprise)
        seen = case.seen(spy)
        assert seen["agreed_at"] is None
        assert "under_review" not in seen or seen["under_review"] is None
        assert str(hidden_owner.organisation_id) not in str(seen)
        with scenario.database.reading() as session:
            told = session.scalars(
                select(AuditEntry.details).where(AuditEntry.action == "engagement.under_review")
            ).all()
        assert told == ["achievement"]

    def test_a_tie_that_is_taken_back_frees_the_consent(self, city: City) -> None:
        scenario, case, hidden_owner, spy, spy_id = _tied_engagement(city)
        declare(spy, spy_id, ())
        case.consent(hidden_owner)
        case.consent(scenario.enterprise)
        assert case.seen(spy)["agreed_at"]
        assert ok(scenario.operator.get(case.path))["under_review"] == []

    def test_an_excluded_hidden_owner_is_never_brought_together_with_the_demand(self, city: City) -> None:
        scenario = city.scenario
        hidden_owner = scenario.log_in(Role.INSTITUTION)
        demand_id = UUID(create(scenario.enterprise, "demands", demand_payload())["id"])
        hidden = scenario.achievement(owner=hidden_owner.organisation_id, publish_mode="confidential")
        case = _accepted(scenario, demand_id, hidden)
        excluded = next(_codes(skip=ORGANISATIONS))
        with scenario.database.unit_of_work() as session:
            session.get_one(Organisation, hidden_owner.organisation_id).uscc = excluded
        change(scenario.enterprise, f"/v1/demands/{demand_id}", excluded_orgs=[excluded])
        case.consent(scenario.enterprise)
        refused(case.answer(hidden_owner, "consent"), 409, "under_review")
        assert case.seen(scenario.enterprise)["agreed_at"] is None

    def test_who_joins_later_is_known_to_the_hidden_owner_before_they_are_known(self, city: City) -> None:
        scenario = city.scenario
        hidden_owner = scenario.log_in(Role.INSTITUTION)
        demand_id = scenario.demand(owner=scenario.enterprise.organisation_id)
        hidden = scenario.achievement(owner=hidden_owner.organisation_id, publish_mode="confidential")
        case = _accepted(scenario, demand_id, hidden)
        case.consent(hidden_owner)
        spy, spy_id = city.manager()
        declare(spy, spy_id, [hidden_owner.organisation_id])
        case.join(spy, UUID(spy_id))
        case.consent(scenario.enterprise)
        assert case.seen(spy)["agreed_at"] is None
        refused(case.answer(hidden_owner, "consent"), 409, "under_review")


def test_many_changes_of_ties_are_an_alarm_for_the_bureau(city: City) -> None:
    spy, spy_id = city.manager()
    for number in range(MANY - 1):  # the record itself was the first
        assert _alarms(city.scenario) == 0
        declare(spy, spy_id, city.organisations[: number % 2 + 1])
    assert _alarms(city.scenario) == 1
    entries = ok(city.scenario.log_in(Role.AUDITOR).get("/v1/audit", params={"action": ALARM}))["items"]
    assert [one["user_id"] for one in entries] == [str(spy.user_id)]
    assert spy.get("/v1/audit").status_code == 403


def _alarms(scenario: Scenario) -> float:
    found = re.search(r"^sanku_tie_alarms (\S+)$", metrics_of(scenario.operator), flags=re.MULTILINE)
    assert found
    return float(found[1])


def _tied_engagement(city: City) -> tuple[Scenario, EngagementCase, Caller, Caller, str]:
    """A manager with a declared tie to the hidden owner has accepted the pair."""
    scenario = city.scenario
    hidden_owner = scenario.log_in(Role.INSTITUTION)
    demand_id = scenario.demand(owner=scenario.enterprise.organisation_id)
    hidden = scenario.achievement(owner=hidden_owner.organisation_id, publish_mode="confidential")
    spy, spy_id = city.manager()
    declare(spy, spy_id, [hidden_owner.organisation_id])
    push_id = scenario.push(UUID(spy_id), demand_id, hidden)
    pushed = ok(spy.post(f"/v1/pushes/{push_id}/accept"))
    return (
        scenario,
        EngagementCase(scenario, pushed["engagement_id"], (demand_id, hidden)),
        hidden_owner,
        spy,
        spy_id,
    )


def _accepted(scenario: Scenario, demand_id: UUID, achievement_id: UUID) -> EngagementCase:
    """An engagement that the lead has opened."""
    pushed = ok(scenario.lead.post(f"/v1/pushes/{scenario.push_to_lead((demand_id, achievement_id))}/accept"))
    return EngagementCase(scenario, pushed["engagement_id"], (demand_id, achievement_id))


def _preview(manager: Caller) -> dict[str, Any]:
    answer = ok(manager.post("/v1/pushes/preview", json={}))
    return {"items": answer["items"], "left_out": answer["left_out"]}


def _listed(owner: Caller, demand_id: UUID) -> tuple[list[str], dict[str, int]]:
    answer = ok(owner.get(f"/v1/demands/{demand_id}/matches"))
    return [item["record"]["id"] for item in answer["items"]], answer["left_out"]


def _codes(skip: int = 0) -> Iterator[str]:
    """Credit codes with right check characters."""
    for number in count(skip):
        inner = f"YY{number:06d}"
        for check in "0123456789X":
            body = f"91370102{inner}{check}"
            code = body + uscc.calc_check_digit(body)
            if is_uscc(code):
                yield code
