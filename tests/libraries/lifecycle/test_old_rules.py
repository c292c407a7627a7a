"""Records of before a rule: they are published by the rules of today, and what was published once may be changed."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from app.clock import today
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Affiliation, Manager
from tests.support.builders.achievements import achievement_payload
from tests.support.builders.demands import demand_payload
from tests.support.builders.managers import manager_payload
from tests.support.scenario import Scenario
from tests.support.scenario.library_users import UserClient

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the same on both

YESTERDAY = today() - timedelta(days=1)


def grow_old(scenario: Scenario, model: Any, record_id: str, **values: Any) -> None:
    """Store what the rules of today would refuse."""
    key = model.manager_id if model is Affiliation else model.id
    with scenario.database.unit_of_work() as session:
        session.execute(update(model).where(key == UUID(record_id)).values(**values))


def faults(answer: Any) -> set[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return {(error["field"], error["code"]) for error in answer.json()["errors"]}


class TestPublishingAnOldDraft:
    """Every day that is none any more is named at once, beside what is missing."""

    def test_of_a_demand(self, scenario: Scenario, enterprise: UserClient) -> None:
        id_ = enterprise.create("demands", demand_payload(draft=True))["id"]
        old = {"start_date": date(1900, 1, 1), "deadline": YESTERDAY, "valid_until": date(2999, 1, 1)}
        grow_old(scenario, Demand, id_, **old, region=None)
        assert faults(enterprise.post(f"/v1/demands/{id_}/submit")) == {
            ("start_date", "date_range"),
            ("deadline", "deadline_past"),
            ("deadline", "order"),
            ("valid_until", "deadline_far"),
            ("region", "required"),
        }

    def test_of_an_achievement(self, scenario: Scenario, institution: UserClient) -> None:
        id_ = institution.create("achievements", achievement_payload(draft=True))["id"]
        right = {"type": "other", "number": "X", "granted_on": "1900-01-01", "valid_until": "2999-01-01"}
        old = {"research_end": "2999-01", "ip_list": [right], "valid_until": YESTERDAY}
        grow_old(scenario, Achievement, id_, **old)
        assert faults(institution.post(f"/v1/achievements/{id_}/submit")) == {
            ("research_end", "day_not_past"),
            ("ip_list.0.granted_on", "day_not_past"),
            ("ip_list.0.valid_until", "last_day_range"),
            ("valid_until", "deadline_past"),
        }

    def test_of_a_manager(self, scenario: Scenario, manager: UserClient) -> None:
        id_ = manager.create("managers", manager_payload(draft=True))["id"]
        paper = {"level": "primary", "issued_on": "1900-01-01"}
        grow_old(scenario, Manager, id_, certificates=[paper], valid_until=YESTERDAY)
        grow_old(scenario, Affiliation, id_, start=date(1900, 1, 1))
        assert faults(manager.post(f"/v1/managers/{id_}/submit")) == {
            ("certificates.0.issued_on", "day_not_past"),
            ("affiliations.0.start", "date_range"),
            ("valid_until", "deadline_past"),
        }


class TestChangingWhatIsPublished:
    """What was accepted once holds up no other change, until it is changed itself."""

    @pytest.mark.parametrize(
        ("deadline", "another", "code"),
        [
            (YESTERDAY, YESTERDAY - timedelta(days=1), "deadline_past"),
            (date(2999, 1, 1), date(2998, 1, 1), "deadline_far"),
        ],
    )
    def test_of_a_deadline(
        self, scenario: Scenario, enterprise: UserClient, deadline: date, another: date, code: str
    ) -> None:
        id_ = enterprise.create("demands", demand_payload())["id"]
        grow_old(scenario, Demand, id_, deadline=deadline)
        path, tag = f"/v1/demands/{id_}", {"If_Match": "*"}
        changed = enterprise.patch(path, {"keywords": ["防腐"], "deadline": str(deadline)}, **tag)
        assert (changed.status_code, changed.json()["state"]) == (200, "published")
        assert faults(enterprise.patch(path, {"deadline": str(another)}, **tag)) == {("deadline", code)}
        assert faults(enterprise.patch(path, {"main_problem": ""}, **tag)) == {("main_problem", "required")}

    def test_it_is_published_again_by_the_rules_of_today(
        self, scenario: Scenario, enterprise: UserClient
    ) -> None:
        id_ = enterprise.create("demands", demand_payload())["id"]
        grow_old(scenario, Demand, id_, start_date=date(1900, 1, 1))
        path = f"/v1/demands/{id_}"
        assert enterprise.patch(path, {"keywords": ["防腐"]}, If_Match="*").status_code == 200
        for step in ("withdraw", "restore"):
            assert enterprise.post(f"{path}/{step}").status_code == 200
        assert faults(enterprise.post(f"{path}/submit")) == {("start_date", "date_range")}
