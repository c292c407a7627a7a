"""Features of a pair: their values and ranges."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.ranking.features.catalogue import FEATURES
from app.matching.ranking.features.columns import field_nearness, pair_features, price_gap, trl_gap
from app.matching.ranking.similarity import PairSignals, TextFeatures, pair_signals, sentence_cosines
from app.matching.space import TEXT_SHARE
from app.matching.text.bm25 import CorpusStats
from app.matching.text.traits import Traits
from tests.matching.ranking.pairs_of_facts import NO_SIGNAL, achievement, demand, random_sides, stats_of, unit


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


# The last figure of a rounded cosine may differ with the number of rows.
LAST_FIGURE = 2e-6


def assert_same_signals(one: PairSignals, other: PairSignals) -> None:
    for name in PairSignals.__dataclass_fields__:
        assert getattr(one, name) == pytest.approx(getattr(other, name), abs=LAST_FIGURE), name


def test_a_pair_has_the_same_signals_from_either_side() -> None:
    demands = random_sides(1, 30)
    achievements = random_sides(2, 20) + random_sides(3, 20, language="en")
    stats = stats_of(achievements)
    for row, asked in enumerate(demands[:5]):
        forward = pair_signals(asked, achievements, stats)
        for column, offered in enumerate(achievements):
            backward = pair_signals(offered, demands, stats, query_is="achievement")[row]
            assert_same_signals(forward[column], backward)


@given(st.lists(st.integers(1, 11), unique=True), st.integers(0, 3))
def test_a_candidate_has_the_same_signals_whoever_stands_beside_it(beside: list[int], copies: int) -> None:
    asked, offers = random_sides(4, 1)[0], random_sides(5, 12)
    stats = stats_of(offers)
    alone = pair_signals(asked, offers[:1], stats)[0]
    among = pair_signals(asked, [offers[number] for number in beside] + offers[:1] * (copies + 1), stats)
    for signals in among[len(beside) :]:
        assert_same_signals(signals, alone)


@given(st.lists(st.integers(0, 11), unique=True))
def test_an_achievement_has_the_same_signals_whoever_else_asks(others: list[int]) -> None:
    offered, first, crowd = random_sides(6, 1)[0], random_sides(7, 1)[0], random_sides(8, 12)
    stats = stats_of([offered])
    alone = pair_signals(offered, [first], stats, query_is="achievement")[0]
    asking = [first, *(crowd[number] for number in others)]
    assert_same_signals(pair_signals(offered, asking, stats, query_is="achievement")[0], alone)


def test_both_cosines_make_up_the_inner_product_of_two_records() -> None:
    asked, offers = random_sides(9, 1)[0], random_sides(10, 20)
    for offered, signals in zip(offers, pair_signals(asked, offers, stats_of(offers)), strict=True):
        mean = TEXT_SHARE * signals.dense + (1 - TEXT_SHARE) * signals.aligned
        assert float(asked.vector @ offered.vector) == pytest.approx(mean, abs=1e-5)


@pytest.mark.parametrize(
    ("own", "other", "foreign"), [("zh", "zh", 0.0), ("zh", "en", 1.0), ("en", "zh", 1.0)]
)
def test_a_pair_in_two_languages_is_marked(own: str, other: str, foreign: float) -> None:
    asked, offers = random_sides(11, 1, language=own)[0], random_sides(12, 5, language=other)
    for signals in pair_signals(asked, offers, stats_of(offers)):
        assert signals.foreign == foreign
        assert signals.translated == signals.aligned * foreign


def test_traits_come_from_the_side_that_they_speak_of() -> None:
    asked = TextFeatures(unit(1, 0), np.zeros((0, 2), np.float32), traits=Traits((), 0.1, 0.2, 3.0))
    offered = TextFeatures(unit(1, 0), np.zeros((0, 2), np.float32), traits=Traits((), 0.4, 0.5, 6.0))
    signals = pair_signals(asked, [offered], CorpusStats.of([]))[0]
    assert (signals.generality, signals.hubness, signals.solution) == (0.2, 0.4, 6.0)


def test_an_empty_store_and_a_record_without_sentences_still_have_signals() -> None:
    side = TextFeatures(unit(1, 0, 0), np.zeros((0, 3), np.float32))
    nothing = CorpusStats.of([])
    signals = pair_signals(side, [side], nothing)[0]
    assert (signals.dense, signals.aligned) == pytest.approx((1.0, 1.0), abs=1e-6)
    assert pair_signals(side, [], nothing) == []
    assert sentence_cosines(side, [], query_is="demand") == []


def test_sentence_cosines_have_the_demand_s_sentences_as_rows_from_either_side() -> None:
    asked, offers = random_sides(13, 1)[0], random_sides(14, 4)
    forward = sentence_cosines(asked, offers, query_is="demand")
    for offered, cosines in zip(offers, forward, strict=True):
        assert cosines.shape == (len(asked.sentences), len(offered.sentences))
        (backward,) = sentence_cosines(offered, [asked], query_is="achievement")
        np.testing.assert_allclose(cosines, backward, atol=1e-6)
        assert np.abs(cosines).max() <= 1.002, "half precision"
