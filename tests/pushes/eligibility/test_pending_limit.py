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
from app.settings import Settings
from tests.conftest import Caller
from tests.pushes.world import World


@pytest.fixture
def world(database: Database) -> World:
    return World(database, Settings(_env_file=None, demo=True, pushes_per_pair=1, pushes_waiting_per_place=2))


def offer(world: World, pairs: int) -> UUID:
    """That many new pairs, each announced; the last one's demand."""
    for _ in range(pairs):
        key = world.good_pair()
        world.tell("demand.published", key[0])
        world.work()
    return key[0]


def waiting(world: World, manager: UUID) -> int:
    return sum(state in ("new", "read", "later") for state in world.states(manager_id=manager))


def test_beyond_the_bound_a_pair_goes_to_the_next_manager(world: World) -> None:
    popular, other = world.manager(fit=0.9, capacity=2), world.manager(fit=0.4, capacity=2)
    last = offer(world, 6)
    assert (waiting(world, popular), waiting(world, other)) == (4, 2)
    # Whoever answers makes room; the pairs that are with somebody stay there.
    push = world.pushes(manager_id=popular)[0]
    with world.database.unit_of_work() as session:
        inbox.decline(session, push.id, principal=world.as_manager(popular), reason="capacity")
    world.work()
    assert [one.manager_id for one in world.pushes(demand_id=last)] == [other]
    offer(world, 1)
    assert waiting(world, popular) == 4


def test_one_portion_of_many_pairs_keeps_to_it_too(world: World) -> None:
    keys = [world.good_pair() for _ in range(9)]
    manager = world.manager(fit=0.9, capacity=3)
    world.tell("manager.published", manager)
    world.work()
    assert waiting(world, manager) == 6
    assert len(keys) == 9


def test_what_he_has_in_hand_makes_the_bound_lower_and_takes_nothing_away(world: World) -> None:
    manager = world.manager(fit=0.9, capacity=2)
    offer(world, 4)
    push = world.pushes(manager_id=manager)[0]
    with world.database.unit_of_work() as session:
        inbox.accept(session, push.id, principal=world.as_manager(manager))
    assert waiting(world, manager) == 3
    offer(world, 1)
    assert waiting(world, manager) == 3
    assert world.states(manager_id=manager).count(PushState.ACCEPTED) == 1


def test_the_preview_says_so(app: Any, as_operator: Caller, log_in: Any) -> None:
    world = World(app.state.database)
    manager = world.manager(fit=0.9, capacity=1)
    for _ in range(5):
        key = world.good_pair()
        world.tell("demand.published", key[0])
    world.work()
    person = log_in(Role.MANAGER)
    with world.database.unit_of_work() as session:
        session.get_one(Manager, manager).user_id = person.user_id
    assert len(person.get("/v1/inbox").json()["items"]) == 4, "four for each free place, unless set otherwise"
    seen = as_operator.post("/v1/pushes/preview", json={"manager_id": str(manager)}).json()
    assert "manager_inbox_full" in [one["code"] for one in seen["left_out"]]


def test_the_preview_counts_what_it_shows(world: World) -> None:
    manager = world.manager(fit=0.9, capacity=1)
    for _ in range(6):
        world.good_pair()
    with world.database.reading() as session:
        seen = preview_list(session, world.matcher, manager, policy=world.policy, sees_confidential=True)
    assert len(seen.items) == 2, "two for each free place"
    assert [(one.code, one.count) for one in seen.left_out] == [("manager_inbox_full", 4)]
