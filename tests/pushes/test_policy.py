"""The threshold of the ranker that is active now holds in every process, for every question, at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.accounts.access.principal import SYSTEM
from app.bootstrap.workers import build_job_runner
from app.database import Database
from app.libraries.managers.models import Manager
from app.matching.models import Pair
from app.matching.ranking import registry
from app.matching.ranking.ranker import load_ranker
from app.pushes.preferences.models import OwnerPreference
from tests.support.callers import Caller
from tests.support.scenario import Scenario


@pytest.fixture
def scenario(app: Any) -> Scenario:
    return Scenario(app.state.services[Database])


@pytest.fixture
def manager(scenario: Scenario, as_manager: Caller) -> UUID:
    manager_id = scenario.manager(fit=0.9, fields=["401"])
    with scenario.database.unit_of_work() as session:
        session.get_one(Manager, manager_id).user_id = as_manager.user_id
    return manager_id


def use_a_strict_ranker(scenario: Scenario) -> None:
    """As another process does it: only the database knows."""
    shipped = load_ranker()
    strict = replace(shipped, version="strict", threshold=0.97)
    with scenario.database.unit_of_work() as session:
        registry.register(session, strict, state=registry.TRAINED)
        registry.use(session, "strict", shipped=shipped, principal=SYSTEM)


def test_a_preview_goes_by_the_new_threshold(scenario: Scenario, manager: UUID, as_manager: Caller) -> None:
    scenario.rank_pair(scenario.demand(fields=["401"]), scenario.achievement(fields=["401"]), 0.9)

    def considered() -> int:
        found = as_manager.post("/v1/pushes/preview", json={}).json()
        return len(found["items"]) + sum(int(one["count"]) for one in found["left_out"])

    assert considered() == 1
    use_a_strict_ranker(scenario)
    assert considered() == 0


def test_an_undo_goes_by_the_new_threshold(scenario: Scenario, manager: UUID, as_manager: Caller) -> None:
    demand, _ = scenario.ranked_pair(0.9)
    scenario.emit_event("demand.published", demand)
    scenario.work()
    [push] = scenario.pushes(manager_id=manager)
    assert as_manager.post(f"/v1/pushes/{push.id}/decline", json={"reason": "price"}).status_code == 200
    use_a_strict_ranker(scenario)
    undone = as_manager.post(f"/v1/pushes/{push.id}/undo")
    assert (undone.status_code, undone.json()["code"]) == (409, "pair_below_threshold")


@pytest.mark.parametrize("strict", [False, True])
def test_owner_digests_go_by_the_new_threshold(
    app: Any, scenario: Scenario, as_enterprise: Caller, drain: Callable[[], int], strict: bool
) -> None:
    with scenario.database.unit_of_work() as session:
        session.add(
            OwnerPreference(
                organisation_id=as_enterprise.organisation_id,
                frequency="daily",
                digest_hour=0,
                quiet_from=None,
                quiet_until=None,
                on_days_off=True,
            )
        )
    scenario.rank_pair(scenario.demand(owner=as_enterprise.organisation_id), scenario.achievement(), 0.9)
    with scenario.database.unit_of_work() as session:
        for pair in session.scalars(select(Pair)):
            pair.computed_at -= timedelta(days=1)
    if strict:
        use_a_strict_ranker(scenario)
    assert "announce_owner_digests" in build_job_runner(app.state.services).run_due()
    # The other owner's digest may be due as well, by the time of the test.
    due = [event.subject_id for event in scenario.events("owner_digest.due")]
    assert due.count(as_enterprise.organisation_id) == (0 if strict else 1)
