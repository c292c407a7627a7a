"""Who is served next by a thread that all share: the least served organisation and user, however much others ask."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.load_limits.fair_thread import Batchable, FairThread
from app.load_limits.turn import CURRENT, Holder, Turn, TurnEnded

Asked = tuple[str, str, int]
"""Organisation, user, size of the work."""


@pytest.fixture(scope="module")
def fair() -> FairThread:
    return FairThread("test")


@contextmanager
def occupied(fair: FairThread) -> Iterator[None]:
    """Within the block, the thread is busy."""
    over = threading.Event()
    working = fair.submit(lambda: over.wait(60), size=1)
    try:
        yield
    finally:
        over.set()
        working.result(60)


def ask(fair: FairThread, asked: Asked, order: list[Asked], turn: Turn | None = None) -> "Future[None]":
    organisation, user, size = asked
    before = CURRENT.set(turn or Turn(Holder(user, organisation), seconds=600))
    try:
        return fair.submit(lambda: order.append(asked), size=size)
    finally:
        CURRENT.reset(before)


def order_of(fair: FairThread, questions: list[Asked]) -> list[Asked]:
    """The order of service when all of them wait for the busy thread."""
    order: list[Asked] = []
    with occupied(fair):
        waiting = [ask(fair, asked, order) for asked in questions]
        assert order == []
    for one in waiting:
        one.result(60)
    return order


def test_a_short_question_is_not_behind_the_many_long_ones_of_another() -> None:
    long, short = ("greedy", "g1", 5000), ("honest", "h1", 40)
    assert order_of(FairThread("test"), [long, long, long, short, short]) == [long, short, short, long, long]


def test_an_organisation_gets_no_more_with_more_users() -> None:
    crowd: list[Asked] = [("crowd", f"c{i}", 10) for i in range(4)]
    alone: Asked = ("small", "s1", 10)
    assert order_of(FairThread("test"), [*crowd, alone, alone]) == [
        crowd[0],
        alone,
        crowd[1],
        alone,
        *crowd[2:],
    ]


def test_users_of_one_organisation_take_turns() -> None:
    a, b = ("firm", "a", 100), ("firm", "b", 100)
    assert order_of(FairThread("test"), [a, a, a, b, b]) == [a, b, a, b, a]


def test_nobody_saves_up_while_others_work() -> None:
    fair = FairThread("test")
    early, late = ("early", "e", 100), ("late", "l", 100)
    order_of(fair, [early] * 5)
    assert early in order_of(fair, [late, late, late, late, early])[:3]


def test_what_nobody_waits_for_is_not_begun(fair: FairThread) -> None:
    gone = Turn(Holder("g", "firm"), seconds=600)
    order: list[Asked] = []
    with occupied(fair):
        left = ask(fair, ("firm", "g", 10), order, gone)
        gone.give_up()
    with pytest.raises(TurnEnded):
        left.result(60)
    assert order == []


@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.sampled_from("xy"), st.integers(1, 50)), min_size=1, max_size=25
    )
)
def test_all_are_served_and_no_organisation_is_ahead_by_more_than_one_question(
    fair: FairThread, drawn: list[Asked]
) -> None:
    questions = [(organisation, organisation + user, size) for organisation, user, size in drawn]
    order = order_of(fair, questions)
    assert sorted(order) == sorted(questions)
    left = list(questions)
    done = dict.fromkeys("ABC", 0)
    for organisation, _, size in order:
        waiting = {one[0] for one in left}
        largest = max(size for _, _, size in questions)
        assert all(done[organisation] <= done[other] + 2 * largest for other in waiting)
        done[organisation] += size
        left.remove(next(one for one in left if one[0] == organisation and one[2] == size))


def test_work_of_one_kind_is_done_together_as_far_as_there_is_room() -> None:
    fair, calls = FairThread("test"), list[list[int]]()

    def doubled(numbers: list[int]) -> list[int]:
        calls.append(numbers)
        if 13 in numbers:
            raise ValueError("13")
        return [2 * number for number in numbers]

    def asked(key: str, *numbers: int) -> "Future[list[int]]":
        return fair.submit(Batchable(key, numbers, doubled, lambda: 5), size=len(numbers))

    with occupied(fair):
        waiting = [asked("a", 1, 2), asked("b", 3), asked("a", 4, 5), asked("a", 6, 7), asked("a", 8)]
    assert [one.result(60) for one in waiting] == [[2, 4], [6], [8, 10], [12, 14], [16]]
    assert calls == [[1, 2, 4, 5, 8], [3], [6, 7]]
    with occupied(fair):
        good, bad = asked("a", 1), asked("a", 13)
    assert good.result(60) == [2]
    with pytest.raises(ValueError, match="13"):
        bad.result(60)


def test_work_that_nobody_waits_for_is_left_out_of_what_is_done_together() -> None:
    fair, done = FairThread("test"), list[list[str]]()
    turns = [Turn(Holder(user, user), seconds=600) for user in ("left", "waits")]

    def work(items: list[str]) -> list[str]:
        done.append(items)
        return items

    with occupied(fair):
        waiting = []
        for turn in turns:
            before = CURRENT.set(turn)
            waiting.append(fair.submit(Batchable("a", [turn.holder.id], work, lambda: 10), size=1))
            CURRENT.reset(before)
        turns[0].give_up()
    with pytest.raises(TurnEnded):
        waiting[0].result(60)
    assert waiting[1].result(60) == ["waits"]
    assert done == [["waits"]]
