"""Additions: what a demand should still say, so that its answer becomes certain.

A one-line demand fits much a little. What would decide is what its nearest achievements differ in: the figures they
state, their fields, maturity and prices, as far as the demand says nothing of them.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.libraries.validation.indicators.comparison import quantity_of
from app.matching.facts.constraints import asking_price_wan, budget_wan
from app.matching.facts.models import AchievementFacts, DemandFacts
from app.matching.ranking.gap_analysis import ON_TOPIC
from app.matching.ranking.ranker import ScoredPair
from app.matching.text.traits import Traits

# Achievements that come into question: the best of the list that are on the topic.
NEAREST = 5
# Characters of a text that says object, working conditions and aim; a line has fewer.
ENOUGH_TEXT = 60
MOST_FIGURES = 4
# Below this probability of a good match the answer is uncertain.
CERTAIN = 0.5


@dataclass(frozen=True, slots=True)
class Addition:
    """One thing to add, with the field of a demand that it belongs to."""

    code: str
    field: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Considered:
    """An achievement of a demand's list, with what its text states."""

    pair: ScoredPair
    demand: DemandFacts
    achievement: AchievementFacts
    traits: Traits


def additions(
    considered: Sequence[Considered],
    demand: DemandFacts,
    own: Traits,
    *,
    good: bool,
    confidence: float,
    in_a_form: bool = True,
) -> tuple[Addition, ...]:
    """What the demand should add; empty if the answer is certain. `considered` is its list, best first.

    `good` says whether the list holds a good pair, `confidence` (0–1) how probable one is. Without `in_a_form` there
    is only a text, so nothing but text is asked for.
    """
    short = _length(demand) < ENOUGH_TEXT
    if good and confidence >= CERTAIN and not short:
        return ()
    near = [one for one in considered if one.pair.features["whole"] >= ON_TOPIC][:NEAREST]
    found = [*_text(short=short), *_figures(near, demand, own)]
    if in_a_form:
        found += _terms(near, demand)
    return tuple(found)


def _length(demand: DemandFacts) -> int:
    return sum(map(len, (demand.problem, demand.key_technology, demand.goal)))


def _text(*, short: bool) -> Iterator[Addition]:
    if short:
        yield Addition(
            "problem",
            "main_problem",
            "写明用在什么对象上、工况如何、现在怎么做、问题出在哪里",
            "say what it is for, under which conditions, how it is done now, and what goes wrong",
        )


def _figures(near: Sequence[Considered], demand: DemandFacts, own: Traits) -> Iterator[Addition]:
    """The quantities that the nearest achievements state and the demand does not, the most frequent first."""
    names: dict[str, str] = {}
    counts: Counter[str] = Counter()
    # Names in the demand's language are read first, so that they are the ones shown.
    for one in sorted(near, key=lambda one: one.achievement.language != demand.language):
        stated = {quantity_of(each.name): each.name for each in one.traits.indicators if each.name}
        for quantity, name in stated.items():
            names.setdefault(quantity, name)
        counts.update(stated.keys() - own.near_quantities)
    chosen = [names[quantity] for quantity, _ in counts.most_common(MOST_FIGURES)]
    if chosen:
        yield Addition(
            "indicators",
            "indicators",
            f"写明要求达到的指标，如 {'、'.join(chosen)}：相近成果在这些指标上可比",
            f"state the figures that are required, such as {', '.join(chosen)}: "
            "the nearest achievements can be compared by these",
        )


def _terms(near: Sequence[Considered], demand: DemandFacts) -> Iterator[Addition]:
    for field, (says, of_achievement, zh, en) in _TERMS.items():
        if not says(demand) and len({of_achievement(one.achievement) for one in near} - {None}) > 1:
            yield Addition(field, field, zh, en)


_TERMS: Mapping[
    str,
    tuple[Callable[[DemandFacts], object], Callable[[AchievementFacts], object], str, str],
] = {
    "fields": (
        lambda demand: demand.fields,
        lambda achievement: achievement.fields[:1] or None,
        "选择技术领域：相近成果分属不同领域",
        "choose the technical field: the nearest achievements belong to several",
    ),
    "min_trl": (
        lambda demand: demand.min_trl,
        lambda achievement: achievement.trl,
        "写明要求的技术成熟度：相近成果的成熟度不同",
        "state the readiness level required: the nearest achievements differ in it",
    ),
    "budget_max_wan": (
        budget_wan,
        asking_price_wan,
        "写明预算：相近成果的意向价不同",
        "state the budget: the nearest achievements differ in price",
    ),
    "cooperation_modes": (
        lambda demand: demand.cooperation_modes,
        lambda achievement: achievement.transfer_modes or None,
        "选择合作方式：相近成果的转化方式不同",
        "choose the modes of cooperation: the nearest achievements differ in them",
    ),
}
