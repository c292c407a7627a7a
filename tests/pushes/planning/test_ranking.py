"""The order of pushes in an inbox."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pushes.planning.rank_order import HALF_LIFE, rank_key, rank_score

scores = st.floats(0.01, 1)
times = st.integers(0, 365 * 24).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours))


def worth(score: float, created: datetime, at: datetime) -> float:
    return score * float(0.5 ** ((at - created) / HALF_LIFE))


@given(scores, times, scores, times, times)
def test_the_stored_order_is_that_of_decayed_scores_at_any_time(
    first: float, made_first: datetime, second: float, made_second: datetime, at: datetime
) -> None:
    ratio = worth(first, made_first, at) / worth(second, made_second, at)
    difference = rank_key(first, made_first) - rank_key(second, made_second)
    assert difference == pytest.approx(math.log2(ratio), abs=1e-6)


def test_a_score_half_as_good_counts_the_same_a_half_life_later() -> None:
    made = datetime(2026, 5, 1, tzinfo=UTC)
    assert rank_key(0.8, made) == pytest.approx(rank_key(0.4, made + HALF_LIFE))
    assert rank_key(0.8, made) < rank_key(0.4, made + HALF_LIFE + timedelta(days=1))


@given(scores, scores)
def test_a_rank_score_is_a_score_no_better_than_its_parts(pair: float, manager: float) -> None:
    assert 0 <= rank_score(pair, manager) <= min(pair, manager)


def test_a_score_of_nothing_has_a_place_in_the_order() -> None:
    made = datetime(2026, 5, 1, tzinfo=UTC)
    assert rank_key(0.0, made) < rank_key(0.01, made)
