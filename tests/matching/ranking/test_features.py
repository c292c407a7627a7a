"""Features of a pair: their values and ranges."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.ranking.baseline import CorpusBaseline, prior_mean
from app.matching.ranking.features import (
    FEATURES,
    field_nearness,
    pair_features,
    price_gap,
    trl_gap,
)
from app.matching.ranking.similarity import (
    CROWD_NEUTRAL,
    CorpusStatistics,
    PairSignals,
    TextFeatures,
    pair_signals,
)
from app.matching.text.bm25 import CorpusStats
from tests.matching.ranking.pairs_of_facts import (
    NO_SIGNAL,
    achievement,
    context_of,
    demand,
    random_sides,
    unit,
)


def test_nothing_known_makes_every_feature_neutral() -> None:
    values = pair_features(demand(), achievement(), NO_SIGNAL)
    assert values == {feature.name: feature.neutral for feature in FEATURES}


@pytest.mark.parametrize(
    ("one", "other", "nearness"),
    [
        (("40",), ("401",), 1.0),
        (("401",), ("402",), 0.8),
        (("40",), ("80",), 0.0),
        (("40", "80"), ("801",), 1.0),
        ((), ("40",), 0.5),
    ],
)
def test_field_nearness_follows_the_tree(
    one: tuple[str, ...], other: tuple[str, ...], nearness: float
) -> None:
    assert field_nearness(one, other) == nearness == field_nearness(other, one)


@pytest.mark.parametrize(
    ("price", "budget", "gap"), [("100", "100", 0), ("110", "100", -0.5), ("500", "100", -1), (None, "1", 0)]
)
def test_price_gap(price: str | None, budget: str | None, gap: float) -> None:
    asked = Decimal(price) if price else None
    offered = Decimal(budget) if budget else None
    pair = demand(budget_max_wan=offered), achievement(price_min_wan=asked)
    assert price_gap(*pair) == pytest.approx(gap)


@given(st.integers(1, 9), st.integers(1, 9))
def test_a_more_mature_achievement_is_never_worse(trl: int, wanted: int) -> None:
    asking = demand(min_trl=wanted)
    assert trl_gap(asking, achievement(trl=trl)) <= trl_gap(asking, achievement(trl=trl + 1)) <= 0


def test_no_common_way_of_transfer_counts_against_but_an_open_side_does_not() -> None:
    wants = demand(cooperation_modes=("licence",))
    assert pair_features(wants, achievement(transfer_modes=("service",)), NO_SIGNAL)["mode"] == -1
    assert pair_features(wants, achievement(transfer_modes=("other",)), NO_SIGNAL)["mode"] == 0
    assert pair_features(wants, achievement(), NO_SIGNAL)["mode"] == 0


def test_a_pair_has_the_same_signals_from_either_side() -> None:
    demands = random_sides(1, 30)
    achievements = random_sides(2, 20) + random_sides(3, 20, language="en")
    context = context_of(demands, achievements)
    for row, asked in enumerate(demands[:5]):
        forward = pair_signals(asked, achievements, context)
        for column, offered in enumerate(achievements):
            backward = pair_signals(offered, demands, context, query_is="achievement")[row]
            for name in PairSignals.__dataclass_fields__:
                assert getattr(forward[column], name) == pytest.approx(getattr(backward, name), abs=1e-5)


def test_a_candidate_scores_the_same_alone_and_among_others() -> None:
    demands, achievements = random_sides(4, 12), random_sides(5, 12)
    context = context_of(demands, achievements)
    together = pair_signals(demands[0], achievements, context)
    alone = [pair_signals(demands[0], [one], context)[0] for one in achievements]
    for one, other in zip(together, alone, strict=True):
        assert one.dense == pytest.approx(other.dense, abs=1e-6)
        assert one.sentences == pytest.approx(other.sentences, abs=1e-6)
        assert one.achievement_crowd == pytest.approx(other.achievement_crowd, abs=1e-6)


def test_a_record_does_not_crowd_itself() -> None:
    demands, achievements = random_sides(6, 40), random_sides(7, 5)
    own_text = TextFeatures(achievements[0].vector, achievements[0].sentences, {}, "zh")
    with_itself = context_of([*demands, own_text], achievements)
    signals = pair_signals(own_text, achievements[:1], with_itself)[0]
    assert signals.achievement_crowd < 0.9


def test_others_with_the_same_problem_do_not_speak_against_what_solves_it() -> None:
    demands, achievements = random_sides(6, 40), random_sides(7, 5)
    asked = TextFeatures(achievements[0].vector, achievements[0].sentences, {}, "zh")
    twins = [
        TextFeatures(unit(*(asked.vector + 0.1 * side.vector)), side.sentences, {}, "zh")
        for side in demands[:4]
    ]
    alone = pair_signals(asked, achievements[:1], context_of(demands, achievements))[0]
    among = pair_signals(asked, achievements[:1], context_of([*demands, *twins], achievements))[0]
    assert among.achievement_crowd <= alone.achievement_crowd + 0.01


def test_demands_for_the_same_are_left_out_as_if_they_were_not_there() -> None:
    asked = TextFeatures(unit(1, 0, 0, 0), np.zeros((0, 4), np.float32))
    offered = TextFeatures(unit(1, 0.2, 0, 0), np.zeros((0, 4), np.float32))
    far = np.array([unit(0, 0, 1, 0), unit(0, 0, 0, 1), unit(0, 0, 1, 1), unit(-1, 0, 1, 0)])
    twins = np.array([unit(1, 0.1, 0, 0), unit(1, 0, 0.1, 0)])
    without, among = (
        CorpusStatistics(
            centred_on_nothing(rows), centred_on_nothing(offered.vector[None, :]), CorpusStats.of([])
        )
        for rows in (far, np.vstack([far, twins]))
    )
    measured = [
        pair_signals(asked, [offered], context)[0].achievement_crowd + context.crowding
        for context in (without, among)
    ]
    assert measured == pytest.approx([CROWD_NEUTRAL, CROWD_NEUTRAL])  # the nearest three are at right angles


@pytest.mark.parametrize("size", [12, 80, 900])
def test_a_growing_store_does_not_crowd_everybody(size: int) -> None:
    demands, achievements = random_sides(10, size), random_sides(11, 60)
    context = context_of(demands, achievements)
    crowds = [
        signal.achievement_crowd for signal in pair_signals(random_sides(12, 1)[0], achievements, context)
    ]
    assert np.mean(crowds) == pytest.approx(CROWD_NEUTRAL, abs=0.1)


def centred_on_nothing(rows: np.ndarray) -> CorpusBaseline:
    return CorpusBaseline({"": np.zeros(rows.shape[1], np.float32)}, rows.astype(np.float32))


def test_an_empty_store_and_a_record_without_sentences_still_have_signals() -> None:
    side = TextFeatures(unit(1, 0, 0), np.zeros((0, 3), np.float32))
    empty = CorpusBaseline.of(np.zeros((0, 3), np.float32), [])
    context = context_of(random_sides(8, 1, dimension=3), random_sides(9, 1, dimension=3))
    context = type(context)(empty, empty, context.achievement_words)
    signals = pair_signals(side, [side], context)[0]
    assert signals.dense == pytest.approx(1.0, abs=1e-6)
    assert pair_signals(side, [], context) == []


def test_the_usual_of_a_known_model_is_shipped() -> None:
    shipped = prior_mean("intfloat/multilingual-e5-small", "demand")
    prepared = prior_mean("multilingual-e5-small@abc.1", "demand")
    assert shipped is not None
    assert prepared is not None
    assert np.array_equal(shipped, prepared)
    assert 0.8 < np.linalg.norm(shipped) < 1.0
    assert prior_mean("another/model", "demand") is None
