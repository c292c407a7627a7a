"""Properties of the fit: signs, the prior's pull, what a reason leaves alone, and the correction of positions."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.database import Database, new_id
from app.matching.ranking.features.catalogue import FEATURES
from app.matching.ranking.ranker import Ranker, load_ranker
from app.matching.training.examples import Example, collect_examples
from app.matching.training.fit import calibration, fit, stretched
from tests.matching.training.usage import BY_CHANCE, END, build, live

AT = datetime(2026, 3, 1, tzinfo=UTC)


def example(value: float, *, features: dict[str, float], **more: Any) -> Example:
    return Example(new_id(), new_id(), new_id(), features, value, 1.0, AT, answered=True, **more)


def judged(count: int, seed: int = 0) -> list[Example]:
    """Pairs around the shipped ranker's middle: relevant where `whole` is high; words say nothing."""
    draws = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        whole = float(draws.uniform(0, 0.8))
        features = {"whole": whole, "aligned": 0.6, "words": float(draws.uniform(0, 0.5))}
        found.append(example(float(whole > 0.4), features=features))
    return found


values = st.floats(-1, 1, allow_nan=False)


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.dictionaries(st.sampled_from([f.name for f in FEATURES]), values), st.booleans()),
        max_size=30,
    )
)
def test_whatever_was_judged_the_signs_hold(rows: Sequence[tuple[dict[str, float], bool]]) -> None:
    """A weight of the wrong sign would be refused by the ranker itself."""
    found = fit(load_ranker(), [example(float(good), features=known) for known, good in rows], version="x")
    assert all(
        found.weights[feature.name] * feature.sign >= 0
        for feature in FEATURES
        if feature.name in found.weights
    )
    assert found.threshold == load_ranker().threshold


def distance(one: Ranker, other: Ranker) -> float:
    return float(sum(abs(one.weights[name] - other.weights[name]) for name in one.weights))


def test_few_judgements_move_little_and_many_move_much() -> None:
    start = load_ranker()
    assert distance(fit(start, [], version="x"), start) < 1e-4
    little, much = (distance(fit(start, judged(count), version="x"), start) for count in (5, 2000))
    assert little < much / 3


def test_the_same_examples_make_the_same_ranker() -> None:
    rows = judged(200)
    assert fit(load_ranker(), rows, version="x") == fit(load_ranker(), rows, version="x")


def test_what_a_reason_does_not_speak_of_keeps_its_weight() -> None:
    start = load_ranker()
    rows = [
        example(0.0, features={"whole": 0.9, "price": -1.0}, judged_features=frozenset({"price"}))
        for _ in range(400)
    ]
    found = fit(start, rows, version="x")
    assert found.weights["price"] > start.weights["price"] * 1.2
    ratio = found.weights["whole"] / start.weights["whole"]
    # Only the common scale may move: whole and aligned, of which nothing was said, move alike.
    assert abs(found.weights["aligned"] / start.weights["aligned"] - ratio) < 1e-3
    assert found.base == start.base


def test_ten_who_answer_one_pair_tell_less_than_one_on_each_of_ten() -> None:
    start = load_ranker()
    pair: tuple[UUID, UUID] = (new_id(), new_id())
    apart = [example(1.0, features={"whole": 0.4}) for _ in range(10)]
    together = [replace(one, demand_id=pair[0], achievement_id=pair[1]) for one in apart]
    assert distance(fit(start, together, version="x"), start) < distance(
        fit(start, apart, version="x"), start
    )


@given(slope=st.floats(0.2, 5), shift=st.floats(-3, 3))
def test_another_scale_keeps_the_order(slope: float, shift: float) -> None:
    start = load_ranker()
    moved = stretched(start, slope, shift)
    rows = [one.features for one in judged(20)]
    assert sorted(rows, key=start.score, reverse=True) == sorted(rows, key=moved.score, reverse=True)


def test_scores_that_promise_too_much_are_brought_down() -> None:
    """Half of what the ranker is sure of is relevant."""
    start = load_ranker()
    sure = [
        example(float(number % 2), features={"whole": 1.0, "aligned": 1.0, "words": 1.0, "field": 1.0})
        for number in range(300)
    ]
    slope, shift = calibration(start, sure)
    known = sure[0].features
    assert start.score(known) > 0.85
    assert abs(stretched(start, slope, shift).score(known) - 0.5) < 0.1
    assert calibration(start, []) == (1.0, 0.0)


def test_corrected_for_position_learning_finds_the_true_order_better_than_without(database: Database) -> None:
    """A ranker that goes by chance words shows lists; people look at place k with 1/k. What they took up then stands
    high by chance words, and learning without a correction takes that for relevance."""
    town = build(database, demands=20, achievements=12)
    live(database, town, BY_CHANCE, steepness=1.2, relevant=lambda known: 0.9 if known["whole"] > 0 else 0.2)
    with database.reading() as session:
        found, naive = (
            collect_examples(session, until=END, correct_bias=correct) for correct in (True, False)
        )
    assert abs(found.propensities["demand_matches"].eta - 1.2) < 0.35
    learned, misled = (fit(BY_CHANCE, one.examples, version="x") for one in (found, naive))

    def wrong(model: Ranker) -> float:
        return model.weights["words"] / model.weights["whole"]

    assert wrong(learned) < wrong(misled) * 0.8
    assert agreement(learned) > agreement(misled)


def agreement(model: Ranker) -> float:
    """Chance that of two pairs the truly more relevant one stands first."""
    draws = np.random.default_rng(9)
    good, bad = (
        [{"whole": w, "words": float(x)} for x in draws.uniform(-0.5, 0.5, 300)] for w in (0.1, -0.1)
    )
    return float(np.mean([model.score(g) > model.score(b) for g, b in zip(good, bad, strict=True)]))
