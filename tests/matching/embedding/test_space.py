"""The space of joint vectors, and what a record's vector says against the background."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.embedding.background import shipped_background
from app.matching.facts.models import AchievementFacts, DemandFacts
from app.matching.space import (
    ENOUGH_UNITS,
    NEUTRAL_GENERALITY,
    NEUTRAL_HUBNESS,
    SIDES,
    TEXT_SHARE,
    Side,
    VectorTraits,
    join,
    language_of,
    split,
    unit,
    units_of,
)
from app.matching.text.traits import Traits, traits_of
from tests.matching.embedding.joint_parts import ALIGNED_DIMENSION, background, joint_rows, random_rows
from tests.support.embedders import DIMENSION, BigramEmbedder

SEEDS = st.integers(0, 10**6)


@given(SEEDS)
def test_an_inner_product_of_joint_vectors_is_the_weighted_mean_of_both_cosines(seed: int) -> None:
    text, aligned = random_rows(seed, 6, DIMENSION), random_rows(seed + 1, 6, ALIGNED_DIMENSION)
    joint = join(text, aligned)
    mean = TEXT_SHARE * (text @ text.T) + (1 - TEXT_SHARE) * (aligned @ aligned.T)
    np.testing.assert_allclose(joint @ joint.T, mean, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(joint, axis=1), 1, atol=1e-5)


@given(SEEDS)
def test_a_joint_vector_is_split_into_what_it_was_joined_from(seed: int) -> None:
    text, aligned = random_rows(seed, 4, DIMENSION), random_rows(seed + 1, 4, ALIGNED_DIMENSION)
    for found, part in zip(split(join(text, aligned), ALIGNED_DIMENSION), (text, aligned), strict=True):
        np.testing.assert_allclose(found, part, atol=1e-5)
    one = split(join(text, aligned)[0], ALIGNED_DIMENSION)
    np.testing.assert_allclose(one[0], text[0], atol=1e-5)
    assert split(aligned, ALIGNED_DIMENSION) == (aligned, aligned), "a single space is both"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("铝合金压铸模具的表面强化", "zh"),
        ("鋁合金壓鑄模具", "zh"),
        ("用于 LNG 储罐的 PVDF 涂层,VOC 低于 100 g/L", "zh"),
        ("Corrosion protection of tanks", "en"),
        ("Revêtement anticorrosion pour réservoirs", "en"),
        ("Corrosion protection of tanks for 泽川 company in Shandong province", "en"),
        ("金型の表面処理について", ""),
        ("Защита резервуаров от коррозии", ""),
        ("부식 방지 코팅", ""),
        ("", ""),
        ("2026-11-26 ±0.5 %", ""),
    ],
)
def test_the_language_of_a_text(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("", 0),
        ("储罐防腐涂料", 6),
        ("找 LNG 储罐的 PVDF 涂层", 10),
        ("Liquid cooling leak detection", 8),
        ("金型の表面処理", 7),
        ("—，。 ±", 0),
    ],
)
def test_the_length_of_a_text_in_units(text: str, units: int) -> None:
    assert units_of(text) == units


@given(SEEDS, st.integers(0, ENOUGH_UNITS))
def test_a_short_demand_moves_towards_the_nearest_of_the_background_and_a_longer_one_less(
    seed: int, length: int
) -> None:
    known, demand = background(), joint_rows(seed, 1)

    def moved(units: int) -> float:
        (found,) = known.expanded(demand, ["涂" * units])
        np.testing.assert_allclose(np.linalg.norm(found), 1, atol=1e-5)
        return float(1 - found @ demand[0])

    assert moved(ENOUGH_UNITS) == pytest.approx(0, abs=1e-5)
    assert moved(length) <= moved(max(0, length - 5)) + 1e-5
    together = known.expanded(np.vstack([demand, demand]), ["涂" * ENOUGH_UNITS, "涂" * length])
    np.testing.assert_allclose(together[1:], known.expanded(demand, ["涂" * length]), atol=1e-6)
    np.testing.assert_array_equal(together[:1], demand)


@pytest.mark.parametrize("side", SIDES)
def test_the_offset_of_a_language_is_taken_off(side: Side) -> None:
    """English vectors that stand apart from Chinese ones by the two means' difference are the same records."""
    known = background()
    chinese, aligned = random_rows(1, 5, DIMENSION), random_rows(2, 5, ALIGNED_DIMENSION)
    for language in ("en", ""):
        apart = chinese + known.text_means[side, language] - known.text_means[side, "zh"]
        np.testing.assert_allclose(
            known.joint(side, apart, [language] * 5, aligned),
            known.joint(side, chinese, ["zh"] * 5, aligned),
            atol=1e-5,
        )
    np.testing.assert_array_equal(
        known.joint(side, chinese, ["ja"] * 5, aligned), known.joint(side, chinese, [""] * 5, aligned)
    )


def test_a_record_is_embedded_the_same_alone_and_among_others() -> None:
    known = background()
    text, aligned = random_rows(1, 4, DIMENSION), random_rows(2, 4, ALIGNED_DIMENSION)
    languages = ["zh", "en", "", "zh"]
    together = known.joint("query", text, languages, aligned)
    for row in range(4):
        alone = known.joint("query", text[[row]], [languages[row]], aligned[[row]])
        np.testing.assert_allclose(alone[0], together[row], atol=1e-6)


def test_what_stands_among_demands_is_a_hub_and_what_stands_among_achievements_is_general() -> None:
    among, apart = joint_rows(1, 1), -joint_rows(1, 1)
    crowd = np.vstack([np.repeat(among, 5, axis=0), joint_rows(50, 10)])
    known = replace(background(), demands=crowd, achievements=crowd)
    hub, other = known.vector_traits("passage", np.vstack([among, apart]))
    assert hub.hubness == pytest.approx(1.0, abs=1e-4)
    assert other.hubness < hub.hubness
    broad, narrow = known.vector_traits("query", np.vstack([among, apart]))
    assert broad.generality == pytest.approx(1.0, abs=1e-4)
    assert narrow.generality < broad.generality


def test_each_side_has_the_traits_that_are_asked_of_it() -> None:
    rows = joint_rows(3, 2)
    for traits in background().vector_traits("query", rows):
        assert (traits.hubness, traits.solution) == (NEUTRAL_HUBNESS, 0.0)
    for traits in background().vector_traits("passage", rows):
        assert traits.generality == NEUTRAL_GENERALITY
    assert background().vector_traits("profile", rows) == [VectorTraits()] * 2


@given(SEEDS)
def test_traits_of_a_vector_survive_storage(seed: int) -> None:
    known, rows = background(), joint_rows(seed, 3)
    asked = [traits_of(DemandFacts(id="d"), one) for one in known.vector_traits("query", rows)]
    offered = [traits_of(AchievementFacts(id="a"), one) for one in known.vector_traits("passage", rows)]
    for traits in (*asked, *offered):
        assert Traits.from_json(json.dumps(traits.to_dict())) == traits
    stored = np.frombuffer(rows.astype("<f4").tobytes(), "<f4").reshape(rows.shape)
    assert known.vector_traits("passage", stored) == known.vector_traits("passage", rows)


def test_of_an_unknown_model_nothing_is_known() -> None:
    assert shipped_background("another/model") is None
    assert shipped_background("bigrams") is None
    embedder = BigramEmbedder()
    rows = embedder.embed_passages(["一", "二"])
    for side in SIDES:
        assert embedder.vector_traits(side, rows) == [VectorTraits()] * 2
        assert embedder.embed_sentences(side, ["一"]).shape == (1, embedder.dimension)


def test_the_background_of_the_known_model_is_shipped() -> None:
    known = shipped_background("intfloat/multilingual-e5-small")
    prepared = shipped_background("multilingual-e5-small@abc.1")
    assert known is not None
    assert prepared is not None
    np.testing.assert_array_equal(known.demands, prepared.demands)
    for side in SIDES:
        assert known.aligned_means[side].shape == (512,)
        for language in ("zh", "en", ""):
            mean = known.text_means[side, language]
            assert mean.shape == (384,)
            assert 0 < np.linalg.norm(mean) < 1, "a mean of unit vectors"
    for rows in (known.demands, known.achievements):
        assert rows.shape[1:] == (896,)
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=0.01)
    assert known.solution.shape == (897,)
    assert np.isfinite(known.solution).all()


@given(SEEDS)
def test_unit_rows_have_length_one_and_nothing_stays_nothing(seed: int) -> None:
    rows = np.vstack([random_rows(seed, 2, 4) * 7, np.zeros((1, 4), np.float32)])
    np.testing.assert_allclose(np.linalg.norm(unit(rows), axis=1), [1, 1, 0], atol=1e-5)
