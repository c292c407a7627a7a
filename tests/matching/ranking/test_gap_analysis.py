"""What an achievement lacks for a demand."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.matching.facts.models import AchievementFacts
from app.matching.ranking.confidence import list_figures, shipped_list_model
from app.matching.ranking.gap_analysis import Gap, find_gaps
from app.matching.ranking.ranker import Ranker, load_ranker, rank
from app.matching.ranking.similarity import PairSignals
from tests.matching.ranking.pairs_of_facts import achievement, demand

RANKER = Ranker("made up", -3.0, {"whole": 5.0, "solution": 1.0, "indicators": 1.0, "mode": 1.0}, 0.5)
ASKS = demand(min_trl=7, budget_max_wan=Decimal(100), cooperation_modes=("licence",))


def missing(*offers: tuple[AchievementFacts, PairSignals]) -> list[Gap]:
    pairs = [(ASKS, offered) for offered, _ in offers]
    scored = rank(pairs, [signals for _, signals in offers], RANKER)
    facts = {offered.id: (ASKS, offered) for offered, _ in offers}
    return list(find_gaps(scored, [facts[one.achievement_id] for one in scored]))


def signals(dense: float = 0.4, **more: Any) -> PairSignals:
    return PairSignals(dense=dense, aligned=0.3, **more)


def test_three_on_the_topic_none_above_trl_5() -> None:
    found = missing(
        (achievement(id="a", trl=5), signals()),
        (achievement(id="b", trl=4, price_min_wan=Decimal(120)), signals()),
        (achievement(id="c", trl=3), signals(solution=-1.0)),
        (achievement(id="far", trl=1), signals(0.0)),
    )
    assert [(lack.code, lack.count) for lack in found] == [
        ("on_topic", 3),
        ("trl", 3),
        ("other_purpose", 1),
        ("price", 1),
    ]
    assert found[1].zh == "3 项技术成熟度不足：最高 5 级，要求 7 级"
    assert found[1].en == "3 achievements not mature enough: TRL 5 at most, 7 required"
    assert "120" in found[3].en


def test_nothing_on_the_topic() -> None:
    assert [lack.code for lack in missing((achievement(id="a"), signals(0.1)))] == ["no_achievement_on_topic"]


def test_what_is_not_said_is_not_lacking() -> None:
    assert [lack.code for lack in missing((achievement(id="a"), signals()))] == ["on_topic"]


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=30), st.floats(0, 1), st.floats(-1, 1))
def test_confidence_is_a_probability_and_grows_with_the_best_pair(
    nearness: list[float], hubness: float, figures: float
) -> None:
    model = shipped_list_model()
    offers = [achievement(id=str(number)) for number in range(len(nearness))]
    pairs = [(ASKS, offered) for offered in offers]
    found = rank(
        pairs,
        [signals(dense, hubness=hubness, indicators=figures) for dense in nearness],
        load_ranker(),
    )
    sure = model.confidence(found)
    assert 0 < sure < 1
    assert set(list_figures(found)) == set(model.weights)
    assert model.weights["logit"] > 0
    assert model.confidence([]) == 0.0
