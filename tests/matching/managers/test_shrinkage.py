"""Rates of managers with few cases: between the mean and what was seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.managers.track_records import (
    NEWCOMER_PUSHES,
    PushHistory,
    Tally,
    above_the_mean,
    group_mean,
    shrunk_rate,
)

counts = st.floats(0, 1000)
tallies = st.builds(Tally, counts, counts)
means = st.floats(0, 1)


@given(tallies, means)
def test_a_rate_lies_between_the_mean_and_what_was_seen(tally: Tally, mean: float) -> None:
    seen = tally.good / tally.cases if tally.cases else mean
    assert min(seen, mean) - 1e-9 <= shrunk_rate(tally, mean) <= max(seen, mean) + 1e-9


@given(means)
def test_a_newcomer_stands_at_the_mean(mean: float) -> None:
    assert shrunk_rate(Tally(), mean) == pytest.approx(mean)


@given(tallies, means, st.floats(0.01, 100))
def test_more_that_is_good_never_lowers_a_rate_and_more_that_is_bad_never_raises_it(
    tally: Tally, mean: float, more: float
) -> None:
    rate = shrunk_rate(tally, mean)
    assert shrunk_rate(Tally(tally.good + more, tally.bad), mean) >= rate - 1e-12
    assert shrunk_rate(Tally(tally.good, tally.bad + more), mean) <= rate + 1e-12


@given(means, st.floats(0, 1), st.floats(1, 100), st.floats(1, 100))
def test_more_of_the_same_moves_a_rate_away_from_the_mean(
    mean: float, share: float, cases: float, times: float
) -> None:
    few = shrunk_rate(Tally(share * cases, (1 - share) * cases), mean)
    many = shrunk_rate(Tally(share * cases * times, (1 - share) * cases * times), mean)
    assert abs(many - mean) >= abs(few - mean) - 1e-9


@given(st.dictionaries(st.integers(0, 20), tallies, max_size=8), tallies, st.floats(0.01, 100))
def test_within_a_group_one_more_good_case_never_harms_and_rates_stay_within_bounds(
    others: dict[int, Tally], own: Tally, more: float
) -> None:
    before = above_the_mean({**others, -1: own})
    after = above_the_mean({**others, -1: Tally(own.good + more, own.bad)})
    assert after[-1] >= before[-1] - 1e-9
    assert all(-1 <= rate <= 1 for rate in before.values())


def test_the_mean_without_answers_is_a_half_and_one_answer_changes_it_little() -> None:
    assert group_mean(0, 0) == 0.5
    assert group_mean(1, 1) == pytest.approx(6 / 11)


def test_who_got_few_pushes_is_new_whatever_came_of_them() -> None:
    assert PushHistory().is_new
    assert PushHistory(NEWCOMER_PUSHES - 1).is_new
    assert not PushHistory(NEWCOMER_PUSHES).is_new
