"""Variety of a list: near-copies stand behind the first."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.matching.ranking.variety import COPY_COSINE, behind_the_first
from tests.matching.ranking.pairs_of_facts import unit

ONE, OTHER = unit(1.0, 0.0, 0.0), unit(0.0, 1.0, 0.0)
NEARLY_ONE = unit(1.0, 0.1, 0.0)


def test_copies_follow_the_best_of_them() -> None:
    found = behind_the_first(["a", "b", "c", "d"], [ONE, OTHER, NEARLY_ONE, ONE], 20)
    assert found == [("a", ["c", "d"]), ("b", [])]


def test_a_list_is_filled_with_different_answers() -> None:
    found = behind_the_first(["a", "copy", "copy", "b"], [ONE, ONE, ONE, OTHER], 2)
    assert [item for item, _ in found] == ["a", "b"]


def test_similar_records_that_differ_stay_apart() -> None:
    assert len(behind_the_first(["a", "b"], [ONE, unit(0.7, 0.714, 0.0)], 20)) == 2


def test_a_chain_of_copies_does_not_drift_away_from_the_first() -> None:
    """b says what a says, c what b says, but c does not say what a says."""
    step = np.arccos(COPY_COSINE + 0.01)
    chain = [unit(np.cos(step * turn), np.sin(step * turn), 0.0) for turn in range(3)]
    assert behind_the_first("abc", chain, 20) == [("a", ["b"]), ("c", [])]


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12), st.integers(1, 6))
def test_copies_of_a_record_change_only_their_own_place(kinds: list[int], most: int) -> None:
    vectors = [np.eye(5, dtype=np.float32)[kind] for kind in kinds]
    first_of_each = list(dict.fromkeys(kinds))
    found = behind_the_first(kinds, vectors, most)
    assert [item for item, _ in found] == first_of_each[:most]
