"""The limit of pending pushes per free slot of a manager."""

from typing import Any
from uuid import UUID

import pytest

from app.accounts.models import Role
from app.database import Database
from app.libraries.managers.models import Manager
from app.pushes.digests.preview import preview_list
from app.pushes.inbox import service as inbox
from app.pushes.models import PushState
from tests.support.callers import Caller
from tests.support.http import ok
from tests.support.scenario import Scenario
from tests.support.services import demo_settings


@pytest.fixture
def scenario(database: Database) -> Scenario:
    return Scenario(database, demo_settings(pushes_per_pair=1, pushes_waiting_per_place=2))


def offer(scenario: Scenario, pairs: int) -> UUID:
    """That many new pairs, each announced; the last one's demand."""
    for _ in range(pairs):
        key = scenario.ranked_pair()
        scenario.emit_event("demand.published", key[0])
        scenario.work()
    return key[0]


def waiting(scenario: Scenario, manager: UUID) -> int:
    return sum(state in ("new", "read", "later") for state in scenario.states(manager_id=manager))


def test_beyond_the_bound_a_pair_goes_to_the_next_manager(scenario: Scenario) -> None:
    popular, other = scenario.manager(fit=0.9, capacity=2), scenario.manager(fit=0.4, capacity=2)
    last = offer(scenario, 6)
    assert (waiting(scenario, popular), waiting(scenario, other)) == (4, 2)
    # An answer makes room; pairs that somebody already has stay there.
    push = scenario.pushes(manager_id=popular)[0]
    with scenario.database.unit_of_work() as session:
        inbox.decline(session, push.id, principal=scenario.as_manager(popular), reason="capacity")
    scenario.work()
    assert [one.manager_id for one in scenario.pushes(demand_id=last)] == [other]
    offer(scenario, 1)
    assert waiting(scenario, popular) == 4


def test_one_portion_of_many_pairs_keeps_to_it_too(scenario: Scenario) -> None:
    keys = [scenario.ranked_pair() for _ in range(9)]
    manager = scenario.manager(fit=0.9, capacity=3)
    scenario.emit_event("manager.published", manager)
    scenario.work()
    assert waiting(scenario, manager) == 6
    assert len(keys) == 9


def test_open_engagements_lower_the_bound_and_remove_nothing(scenario: Scenario) -> None:
    manager = scenario.manager(fit=0.9, capacity=2)
    offer(scenario, 4)
    push = scenario.pushes(manager_id=manager)[0]
    with scenario.database.unit_of_work() as session:
        inbox.accept(session, push.id, principal=scenario.as_manager(manager))
    assert waiting(scenario, manager) == 3
    offer(scenario, 1)
    assert waiting(scenario, manager) == 3
    assert scenario.states(manager_id=manager).count(PushState.ACCEPTED) == 1


def test_the_preview_says_so(app: Any, as_operator: Caller, log_in: Any) -> None:
    scenario = Scenario(app.state.services[Database])
    manager = scenario.manager(fit=0.9, capacity=1)
    for _ in range(5):
        key = scenario.ranked_pair()
        scenario.emit_event("demand.published", key[0])
    scenario.work()
    person = log_in(Role.MANAGER)
    with scenario.database.unit_of_work() as session:
        session.get_one(Manager, manager).user_id = person.user_id
    assert len(person.get("/v1/inbox").json()["items"]) == 4, "four for each free place, unless set otherwise"
    seen = as_operator.post("/v1/pushes/preview", json={"manager_id": str(manager)}).json()
    (told,) = [one["zh"] for one in seen["left_out"] if one["code"] == "manager_inbox_full"]
    assert told.startswith("待该经理人")
    own = person.post("/v1/pushes/preview", json={}).json()
    (told,) = [one["zh"] for one in own["left_out"] if one["code"] == "manager_inbox_full"]
    assert told.startswith("待您答复的推送达到上限 4 条（空余名额 1 个，每个 4 条）")
    assert not [one for one in own["left_out"] if "该" in one["zh"].replace("该供需对", "")]
    limits = {one["code"]: (one["used"], one["limit"], one["own"]) for one in own["limits"]}
    assert (limits["open"], limits["pending"]) == ((0, 1, True), (4, 4, False))
    here = "/v1/managers/me/preferences"
    etag = {"If-Match": person.get(here).headers["etag"]}
    ok(person.put(here, json={"per_day": 2}, headers=etag))
    own = person.post("/v1/pushes/preview", json={}).json()
    assert [(one["limit"], one["own"]) for one in own["limits"] if one["code"] == "day"] == [(2, True)]


def test_the_preview_counts_what_it_shows(scenario: Scenario) -> None:
    manager = scenario.manager(fit=0.9, capacity=1)
    for _ in range(6):
        scenario.ranked_pair()
    with scenario.database.reading() as session:
        seen = preview_list(
            session, scenario.matcher, manager, policy=scenario.policy, sees_confidential=True
        )
    assert len(seen.items) == 2, "two for each free place"
    assert [(one.code, one.count) for one in seen.left_out] == [("manager_inbox_full", 4)]
