"""Places reserved for newcomers: how many there are, whose, and what they leave as it was."""

from hypothesis import given
from hypothesis import strategies as st

from app.matching.managers.track_records import RESERVED_PLACES, is_reserved, with_newcomers

lists = st.lists(st.integers(0, 50), unique=True, max_size=25)
newcomers = st.sets(st.integers(0, 50))
shares = st.floats(0, 1)


def placed(ranked: list[int], new: set[int], share: float, seed: str = "d/a") -> list[tuple[int, bool]]:
    found = with_newcomers(ranked, eligible=lambda one: one in new, seed=seed, share=share)
    return [(place.one, place.put_forward) for place in found]


@given(lists, newcomers, shares, st.text(max_size=8))
def test_nobody_is_lost_and_the_rest_keeps_its_order(
    ranked: list[int], new: set[int], share: float, seed: str
) -> None:
    found = placed(ranked, new, share, seed)
    assert sorted(one for one, _ in found) == sorted(ranked)
    rest = [one for one, put_forward in found if not put_forward]
    assert rest == [one for one in ranked if one in set(rest)]
    assert all(one in new for one, put_forward in found if put_forward)


@given(lists, newcomers, shares, st.text(max_size=8))
def test_at_most_the_reserved_places_move_somebody(
    ranked: list[int], new: set[int], share: float, seed: str
) -> None:
    found = placed(ranked, new, share, seed)
    reserved = {place for place in range(RESERVED_PLACES) if is_reserved(seed, place, share)}
    assert {place for place, (_, put_forward) in enumerate(found) if put_forward} <= reserved
    assert found == placed(ranked, new, share, seed)


@given(lists, newcomers)
def test_without_a_share_or_without_newcomers_or_with_none_but_them_nothing_moves(
    ranked: list[int], new: set[int]
) -> None:
    assert [one for one, _ in placed(ranked, new, 0.0)] == ranked
    assert [one for one, _ in placed(ranked, set(), 1.0)] == ranked
    assert [one for one, _ in placed(ranked, set(ranked), 1.0)] == ranked


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 9), st.text(max_size=8))
def test_a_greater_share_reserves_what_a_smaller_did(one: float, other: float, place: int, seed: str) -> None:
    low, high = sorted((one, other))
    assert is_reserved(seed, place, high) or not is_reserved(seed, place, low)


def test_over_many_pairs_the_share_is_what_was_asked_for() -> None:
    drawn = [is_reserved(f"pair {number}", place, 0.15) for number in range(4000) for place in range(3)]
    assert abs(sum(drawn) / len(drawn) - 0.15) < 0.01


def test_with_all_places_reserved_newcomers_come_first() -> None:
    assert placed([1, 2, 3, 4], {3, 4}, 1.0) == [(3, True), (4, True), (1, False), (2, False)]
