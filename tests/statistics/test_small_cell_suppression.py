"""The property of small cells."""

from hypothesis import given
from hypothesis import strategies as st

from app.statistics.small_cell_suppression import is_small, publishable_steps, suppressed_parts

COUNTS = st.dictionaries(st.integers(0, 20), st.integers(0, 8), max_size=8)


@given(counts=COUNTS, least=st.integers(1, 5))
def test_a_hidden_count_stays_hidden_from_those_who_know_one_part(counts: dict[int, int], least: int) -> None:
    hidden = suppressed_parts(counts, least)
    small = {key for key, count in counts.items() if is_small(count, least)}
    if hidden is None:
        others = sorted(count for count in counts.values() if count)
        assert small and sum(others) - others[-1] < least, "only where nothing helps the total is hidden"
        return
    assert small <= hidden
    assert bool(hidden) == bool(small), "nothing is hidden without need"
    for key in hidden:
        assert sum(counts[other] for other in hidden - {key}) >= least


@given(drops=st.lists(st.integers(0, 5), min_size=1, max_size=10), least=st.integers(1, 5))
def test_publishable_steps_and_their_differences_are_never_small(drops: list[int], least: int) -> None:
    counts = [sum(drops[place:]) for place in range(len(drops))]
    shown = publishable_steps(counts, least)
    seen = [count for count, there in zip(counts, shown, strict=True) if there]
    assert not any(is_small(count, least) for count in seen)
    for place, count in enumerate(seen):
        assert not any(is_small(count - later, least) for later in seen[place + 1 :])


def test_a_small_part_takes_the_next_smallest_with_it() -> None:
    assert suppressed_parts({"a": 1, "b": 9, "c": 4, "d": 5}, 3) == {"a", "c", "d"}
    assert suppressed_parts({"a": 2, "b": 9, "c": 2, "d": 2}, 3) == {"a", "c", "d"}
    assert suppressed_parts({"a": 1, "b": 9}, 3) is None
    assert suppressed_parts({"a": 0, "b": 3}, 3) == frozenset()
