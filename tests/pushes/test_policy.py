"""The threshold of the ranker that is active now holds in every process, for every question, at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.accounts.access.principal import SYSTEM
from app.bootstrap import build_worker
from app.libraries.managers.models import Manager
from app.matching.models import Pair
from app.matching.ranking import registry
from app.matching.ranking.ranker import load_ranker
from app.pushes.preferences.models import OwnerPreference
from tests.conftest import Caller
from tests.pushes.world import World


@pytest.fixture
def world(app: Any) -> World:
    return World(app.state.database)


@pytest.fixture
def manager(world: World, as_manager: Caller) -> UUID:
    manager_id = world.manager(fit=0.9, fields=["401"])
    with world.database.unit_of_work() as session:
        session.get_one(Manager, manager_id).user_id = as_manager.user_id
    return manager_id


def use_a_strict_ranker(world: World) -> None:
    """As another process does it: only the database knows."""
    shipped = load_ranker()
    strict = replace(shipped, version="strict", threshold=0.97)
    with world.database.unit_of_work() as session:
        registry.register(session, strict, state=registry.TRAINED)
        registry.use(session, "strict", shipped=shipped, principal=SYSTEM)


def test_a_preview_goes_by_the_new_threshold(world: World, manager: UUID, as_manager: Caller) -> None:
    world.pair(world.demand(fields=["401"]), world.achievement(fields=["401"]), 0.9)

    def considered() -> int:
        found = as_manager.post("/v1/pushes/preview", json={}).json()
        return len(found["items"]) + sum(one["count"] for one in found["left_out"])

    assert considered() == 1
    use_a_strict_ranker(world)
    assert considered() == 0


def test_an_undo_goes_by_the_new_threshold(world: World, manager: UUID, as_manager: Caller) -> None:
    demand, _ = world.good_pair(0.9)
    world.tell("demand.published", demand)
    world.work()
    [push] = world.pushes(manager_id=manager)
    assert as_manager.post(f"/v1/pushes/{push.id}/decline", json={"reason": "price"}).status_code == 200
    use_a_strict_ranker(world)
    undone = as_manager.post(f"/v1/pushes/{push.id}/undo")
    assert (undone.status_code, undone.json()["code"]) == (409, "pair_below_threshold")


@pytest.mark.parametrize("strict", [False, True])
def test_owner_digests_go_by_the_new_threshold(
    app: Any, world: World, as_enterprise: Caller, drain: Callable[[], int], strict: bool
) -> None:
    with world.database.unit_of_work() as session:
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
    world.pair(world.demand(owner=as_enterprise.organisation_id), world.achievement(), 0.9)
    with world.database.unit_of_work() as session:
        for pair in session.scalars(select(Pair)):
            pair.computed_at -= timedelta(days=1)
    if strict:
        use_a_strict_ranker(world)
    assert "announce_owner_digests" in build_worker(app.state.services).run_due_jobs()
    assert len(world.events("owner_digest.due")) == (0 if strict else 1)
