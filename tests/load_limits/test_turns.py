"""Who gets a free slot: holders take turns, however many requests one of them has waiting."""

import asyncio

from app.load_limits.turn import Holder
from app.load_limits.turns import TurnLimits, Turns
from app.observability import Metrics


async def _order_of(names: list[str]) -> list[str]:
    """The holders in the order in which their requests worked, with one slot, all waiting when it becomes free."""
    turns = Turns(TurnLimits(slots=1, waiting=9, per_holder=4, per_organisation=9, seconds=60), Metrics())
    never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    order: list[str] = []

    async def ask(name: str) -> None:
        async with turns.turn(Holder(name, name), never):
            order.append(name)

    async with turns.turn(Holder("first", "first"), never):
        waiting = [asyncio.create_task(ask(name)) for name in names]
        await asyncio.sleep(0)
        assert order == []
    await asyncio.gather(*waiting)
    return order


def test_a_free_slot_goes_to_the_holder_who_was_served_longest_ago() -> None:
    asked = ["greedy", "greedy", "greedy", "other", "late", "late"]
    assert asyncio.run(_order_of(asked)) == ["greedy", "other", "late", "greedy", "late", "greedy"]


def test_requests_of_one_holder_keep_their_order_and_all_are_served() -> None:
    assert asyncio.run(_order_of(["a", "a", "b", "a"])) == ["a", "b", "a", "a"]
