"""Features of a manager for a pair: their ranges, and that better facts never make a score worse."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.facts.models import TrackRecord
from app.matching.managers.features import EncodedManager, PairTarget, manager_features
from app.matching.managers.nearness import amount_brokered, field_agreement, language_fit, recency
from app.matching.managers.score import shipped_model
from app.matching.ranking.ranker import logistic
from tests.matching.ranking.pairs_of_facts import achievement, demand, manager, random_sides, stats_of

TODAY = date(2026, 11, 26)
DEMANDS, OFFERS, MANAGERS = random_sides(1, 4), random_sides(2, 4), random_sides(3, 12)
STATS = stats_of(OFFERS)
BOUNDED = ("work_words", "field", "region", "certificate", "tier", "experience", "recent_work", "amount")


def features_of(side: EncodedManager, number: int = 0) -> dict[str, float]:
    target = PairTarget.of(
        (demand(fields=("401",), region="370112"), DEMANDS[number]),
        (achievement(fields=("40",)), OFFERS[number]),
        STATS,
    )
    return manager_features(target, side, today=TODAY)[0]


def side_of(number: int, works: int) -> EncodedManager:
    text = MANAGERS[number]
    record = tuple(TrackRecord(f"第 {work} 个转让项目", year=2020 + work) for work in range(works))
    facts = manager(expertise="熟悉本行业的技术转移", track_record=record)
    return EncodedManager(facts, text.vector, np.asarray(text.sentences[: works + 1], np.float32))


def test_the_model_weighs_every_feature_and_none_below_zero() -> None:
    weights = shipped_model().weights
    assert weights.keys() == features_of(side_of(0, 1)).keys()
    assert min(weights.values()) >= 0


@given(st.integers(0, 11), st.integers(0, 1), st.integers(0, 3))
def test_features_stay_within_their_ranges(number: int, works: int, pair: int) -> None:
    found = features_of(side_of(number, works), pair)
    assert all(0 <= found[name] <= 1 for name in BOUNDED)
    assert all(-1.001 <= value <= 1.001 for value in found.values())


@pytest.mark.parametrize(
    ("name", "worse", "better"),
    [
        ("field", {"fields": ("50",)}, {"fields": ("402",)}),
        ("field", {"fields": ("402",)}, {"fields": ("401",)}),
        ("region", {"regions": ("110000",)}, {"regions": ("370000",)}),
        ("certificate", {"certificate": "primary"}, {"certificate": "intermediate"}),
        ("experience", {"years": 2}, {"years": 8}),
        ("language", {"languages": ("ja",)}, {"languages": ("ja", "zh")}),
        ("load", {"capacity": 4, "open_load": 3}, {"capacity": 4, "open_load": 1}),
    ],
)
def test_better_facts_are_worth_more(name: str, worse: dict[str, Any], better: dict[str, Any]) -> None:
    side = side_of(0, 1)
    low, high = (features_of(replace(side, facts=replace(side.facts, **facts))) for facts in (worse, better))
    assert high[name] > low[name]
    assert {key: value for key, value in high.items() if key != name} == {
        key: value for key, value in low.items() if key != name
    }


@given(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5), st.sampled_from([None, "E", "D", "C"]))
def test_what_others_know_of_a_manager_is_taken_as_it_is(
    acceptance: float, success: float, tier: str | None
) -> None:
    found = features_of(replace(side_of(0, 1), acceptance=acceptance, success=success, tier=tier))
    assert (found["acceptance"], found["success"]) == (acceptance, success)
    assert found["tier"] == {None: 0.0, "E": 1 / 3, "D": 2 / 3, "C": 1.0}[tier]


@pytest.mark.parametrize(
    ("asked", "offered", "value"),
    [
        ({"region": "370112"}, {"region": "000000"}, 1.0),
        ({"region": "000000"}, {"region": "370112"}, 1.0),
        ({"language": "en"}, {"region": "370112"}, 1.0),
        ({"region": "370112"}, {"region": "110000"}, 0.0),
        ({"region": "000000"}, {"region": "000000"}, 0.0),
        ({"region": "370112"}, {}, 0.0),
    ],
)
def test_a_pair_crosses_the_border_by_region_or_by_language(
    asked: dict[str, str], offered: dict[str, str], value: float
) -> None:
    target = PairTarget.of((demand(**asked), DEMANDS[0]), (achievement(**offered), OFFERS[0]), STATS)
    side = side_of(0, 1)
    abroad = replace(side, facts=replace(side.facts, regions=("370100", "000000")))
    assert manager_features(target, abroad, today=TODAY)[0]["cross_border"] == value
    assert manager_features(target, side, today=TODAY)[0]["cross_border"] == 0.0


@given(st.sampled_from(sorted(shipped_model().weights)), st.floats(0, 2), st.integers(0, 11))
def test_no_feature_that_rises_lowers_a_score(name: str, more: float, number: int) -> None:
    model, found = shipped_model(), features_of(side_of(number, 1))

    def score(features: dict[str, float]) -> float:
        return logistic(model.base + sum(model.weights[key] * value for key, value in features.items()))

    assert score(found | {name: found[name] + more}) >= score(found)


def test_a_newcomer_is_measured_by_expertise_where_others_have_work() -> None:
    found = features_of(side_of(0, 0))
    assert found["track_record"] == pytest.approx(found["text"], abs=1e-6)


@pytest.mark.parametrize(
    ("own", "other", "value"),
    [
        (("401",), ("401",), 1.0),
        (("40",), ("401",), 0.8),
        (("401",), ("40",), 0.8),
        (("402",), ("401",), 0.5),
        (("10",), ("401",), 0.0),
        ((), ("401",), 0.5),
        (("10", "401"), ("401",), 1.0),
    ],
)
def test_field_agreement(own: tuple[str, ...], other: tuple[str, ...], value: float) -> None:
    assert field_agreement(own, other) == value


@given(
    st.lists(st.sampled_from(["zh", "en", "ja", "ru"]), min_size=1, unique=True),
    st.sampled_from(["zh", "en"]),
)
def test_one_more_language_never_harms(spoken: list[str], more: str) -> None:
    for needed in (frozenset({"zh"}), frozenset({"zh", "en"})):
        assert language_fit((*spoken, more), needed) >= language_fit(tuple(spoken), needed)


def test_work_counts_the_less_the_older_and_the_more_the_larger() -> None:
    assert recency(2026, TODAY) == recency(2027, TODAY) == 1.0
    assert recency(2022, TODAY) == 0.5 == recency(None, TODAY)
    works = [(TrackRecord("甲", amount_wan=Decimal(wan)),) for wan in (0, 10, 500, 5000, 9000)]
    amounts = [amount_brokered(work) for work in works]
    assert amounts == sorted(amounts)
    assert (amounts[0], amounts[-1]) == (0.0, 1.0)
