"""The ranker: its scores and its threshold."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.ranking.features.catalogue import FEATURE_BY_NAME, FEATURES
from app.matching.ranking.ranker import Ranker, load_ranker, rank
from app.matching.ranking.similarity import PairSignals
from tests.matching.ranking.pairs_of_facts import NO_SIGNAL, achievement, demand

VALUES = st.fixed_dictionaries({feature.name: st.floats(-1, 1) for feature in FEATURES})
GOOD = PairSignals(dense=0.6, aligned=0.6, bm25=0.1)


def test_the_shipped_ranker_weighs_every_feature() -> None:
    shipped = load_ranker()
    # What a reranker says has a weight once the ranker is refitted to that reranker.
    assert set(shipped.weights) == {feature.name for feature in FEATURES} - {"reranked"}
    assert shipped.version
    assert Ranker.from_dict(shipped.to_dict()) == shipped


@given(VALUES)
def test_contributions_add_up_to_the_logit_of_the_score(features: dict[str, float]) -> None:
    ranker = load_ranker()
    score = ranker.score(features)
    assert 0 < score < 1
    logit = ranker.base + math.fsum(ranker.contributions(features).values())
    assert math.log(score / (1 - score)) == pytest.approx(logit, abs=1e-6)


@given(VALUES, st.sampled_from([feature.name for feature in FEATURES]), st.floats(0, 1))
def test_the_score_moves_only_in_the_feature_s_own_direction(
    features: dict[str, float], name: str, step: float
) -> None:
    ranker = load_ranker()
    change = ranker.score({**features, name: features[name] + step}) - ranker.score(features)
    assert change * FEATURE_BY_NAME[name].sign >= 0


def test_a_weight_of_the_wrong_sign_is_refused() -> None:
    data = load_ranker().to_dict()
    data["weights"] = {**data["weights"], "words": -1.0}
    with pytest.raises(ValueError, match="words has the wrong sign"):
        Ranker.from_dict(data)


def test_an_unknown_feature_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown feature"):
        Ranker("v", 0.0, {"colour": 1.0}, 0.5)


def test_terms_that_fail_put_a_pair_behind_its_equal() -> None:
    asking = demand(budget_max_wan=Decimal(100), min_trl=7, cooperation_modes=("licence",))
    fits = achievement(id="fits", price_min_wan=Decimal(80), trl=8, transfer_modes=("licence",))
    fails = achievement(id="fails", price_min_wan=Decimal(800), trl=4, transfer_modes=("assignment",))
    ranked = rank([(asking, fails), (asking, fits)], [GOOD, GOOD], load_ranker())
    assert [pair.achievement_id for pair in ranked] == ["fits", "fails"]
    assert ranked[0].contributions["trl"] == ranked[0].contributions["price"] == 0


def test_content_outweighs_terms() -> None:
    asking = demand(budget_max_wan=Decimal(100), min_trl=7)
    solves = achievement(id="solves", price_min_wan=Decimal(150), trl=6)
    related = achievement(id="related", price_min_wan=Decimal(80), trl=8)
    ranked = rank([(asking, related), (asking, solves)], [NO_SIGNAL, GOOD], load_ranker())
    assert ranked[0].achievement_id == "solves"


def test_equal_scores_keep_one_order() -> None:
    pairs = [(demand(), achievement(id=name)) for name in "cab"]
    ranked = rank(pairs, [NO_SIGNAL] * 3, load_ranker())
    assert [pair.achievement_id for pair in ranked] == ["a", "b", "c"]
