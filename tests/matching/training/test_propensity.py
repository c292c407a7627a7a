"""Position bias from the log alone, and weights with which every place in a list counts alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.training.propensity import (
    ETA_MOST,
    ETA_USUAL,
    WEIGHT_MOST,
    Propensities,
    ShownItem,
    estimate,
)


def clicks(eta: float, *, pairs: int = 400, looks: int = 12, seed: int = 3) -> list[ShownItem]:
    """Pairs of differing relevance, the relevant ones higher up (as a good ranker puts them), each at a few places."""
    draws = np.random.default_rng(seed)
    found = []
    for pair in range(pairs):
        relevance = draws.uniform(0.05, 0.6)
        usual = 1 + int((0.6 - relevance) * 20)
        for _ in range(looks):
            position = max(1, usual + int(draws.integers(-3, 4)))
            answered = bool(draws.random() < position**-eta * relevance)
            found.append(ShownItem(pair, position, answered))
    return found


@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0, 1.5])
def test_the_steepness_is_found_when_relevant_pairs_rank_higher(eta: float) -> None:
    found = estimate(clicks(eta))
    assert found.harvested > 200
    assert found.eta == pytest.approx(eta, abs=0.2)


def test_pairs_that_never_change_place_tell_nothing_of_positions() -> None:
    found = estimate([ShownItem(pair, pair + 1, True) for pair in range(50)])
    assert (found.eta, found.harvested) == (ETA_USUAL, 0)


def test_the_order_of_the_log_does_not_matter() -> None:
    log = clicks(1.0, pairs=40)
    assert estimate(log) == estimate(log[::-1])


@given(eta=st.floats(0, ETA_MOST), answering=st.floats(0.01, 0.95), position=st.integers(1, 100))
def test_every_place_weighs_the_same_in_expectation(eta: float, answering: float, position: int) -> None:
    model = Propensities(eta, answering, 0)
    theta = float(model.looked_at(np.array([float(position)]))[0])
    answer, silence = model.weights(np.array([float(position)] * 2), np.array([True, False]))
    expected = theta * answering * answer + (1 - theta * answering) * silence
    if theta >= 1 / WEIGHT_MOST:
        assert expected == pytest.approx(1.0)
    else:
        assert answer == WEIGHT_MOST  # cut: less than all, never more
        assert expected <= 1.0
