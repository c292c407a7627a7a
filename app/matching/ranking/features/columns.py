"""Features: two records and their text similarity as named numbers.

A missing fact gives the neutral value, which neither helps nor harms. Higher values are better for the pair, except for
those of sign −1; the ranker rejects weights of the wrong sign.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from app.libraries.search.tokenizer import normalise
from app.matching.facts.constraints import asking_price_wan, budget_wan, common_modes, region_nearness
from app.matching.facts.models import AchievementFacts, DemandFacts
from app.matching.ranking.features.catalogue import FEATURE_BY_NAME
from app.matching.ranking.similarity import PairSignals

# From this share above the budget, a higher price makes no further difference.
PRICE_TOLERANCE = 0.2
# Two levels are a whole phase (laboratory, pilot, production); a larger gap makes no further difference.
TRL_SPAN = 2
SAME_FIELD_OTHER_BRANCH = 0.8
# Half-life of a publication's freshness, in days.
FRESH_DAYS = 180
KEYWORDS_ENOUGH = 2


def pair_features(
    demand: DemandFacts, achievement: AchievementFacts, signals: PairSignals, *, today: date | None = None
) -> dict[str, float]:
    """All features by name. Terms range from −1 (fails) to 0 (holds or unknown), similarities from 0 to 1.

    Without `today`, freshness is neutral.
    """
    columns = feature_columns([(demand, achievement)], [signals], today=today)
    return {name: column[0] for name, column in zip(FEATURE_NAMES, columns, strict=True)}


def feature_columns(
    pairs: Sequence[tuple[DemandFacts, AchievementFacts]],
    signals: Sequence[PairSignals],
    *,
    today: date | None = None,
) -> list[Sequence[float]]:
    """`pair_features` of many pairs as columns in the order of `FEATURE_NAMES`.

    Each distinct combination of values is computed once.
    """
    demands, achievements = [pair[0] for pair in pairs], [pair[1] for pair in pairs]

    def of_both(value: Callable[[Any, Any], float], of_demand: str, of_achievement: str) -> list[float]:
        return _each(
            value,
            list(map(attrgetter(of_demand), demands)),
            list(map(attrgetter(of_achievement), achievements)),
        )

    published = [achievement.published_at for achievement in achievements]
    return [
        *zip(*map(_SIGNALS, signals), strict=True),
        of_both(field_nearness, "fields", "fields"),
        of_both(_share, "industries", "industries"),
        of_both(shared_keywords, "keywords", "keywords"),
        list(map(price_gap, demands, achievements)),
        list(map(trl_gap, demands, achievements)),
        of_both(_mode_gap, "cooperation_modes", "transfer_modes"),
        of_both(_nearness, "region", "region"),
        _each(freshness, published, [today] * len(published)),
        [_known(achievement.owner_record) for achievement in achievements],
    ]


_OF_SIGNALS: Mapping[str, str] = {
    "whole": "dense",
    "aligned": "aligned",
    "translated": "translated",
    "foreign": "foreign",
    "hubness": "hubness",
    "generality": "generality",
    "solution": "solution",
    "reranked": "reranked",
    "words": "bm25",
    "indicators": "indicators",
}
_SIGNALS: Callable[[PairSignals], tuple[float, ...]] = attrgetter(*_OF_SIGNALS.values())
FEATURE_NAMES = (
    *_OF_SIGNALS,
    "field",
    "industry",
    "keywords",
    "price",
    "trl",
    "mode",
    "region",
    "freshness",
    "owner_record",
)


def _each(
    value: Callable[[Any, Any], float], first: Sequence[Hashable], second: Sequence[Hashable]
) -> list[float]:
    """The value of each pair of inputs, computed once per distinct pair."""
    known: dict[tuple[Hashable, Hashable], float] = {}
    values = []
    for both in zip(first, second, strict=True):
        one = known.get(both)
        if one is None:
            one = known[both] = value(*both)
        values.append(one)
    return values


def field_nearness(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    """Nearness in the field tree: 1 same, 0.8 another branch of the same field, 0 another field.

    A code includes its children ("40" includes "401"). 0.5 if a side names no field.
    """
    if not first or not second:
        return FEATURE_BY_NAME["field"].neutral
    return max(_code_nearness(one, other) for one in first for other in second)


def shared_keywords(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    """Shared keywords, 0 to 1; two shared keywords give the maximum."""
    if not first or not second:
        return 0.0
    return min(1.0, len(_folded(first) & _folded(second)) / KEYWORDS_ENOUGH)


def freshness(published_at: datetime | None, today: date | None) -> float:
    """1 on the day of publication, halved every `FRESH_DAYS`; 0.5 if unknown."""
    if published_at is None or today is None:
        return FEATURE_BY_NAME["freshness"].neutral
    age = max(0, (today - published_at.date()).days)
    return float(0.5 ** (age / FRESH_DAYS))


def price_gap(demand: DemandFacts, achievement: AchievementFacts) -> float:
    """0 within the budget or if negotiable, falling to −1 at 20% above it."""
    price, budget = asking_price_wan(achievement), budget_wan(demand)
    if price is None or budget is None or price <= budget:
        return 0.0
    if budget <= 0:
        return -1.0
    return -min(1.0, float(price / budget - 1) / PRICE_TOLERANCE)


def trl_gap(demand: DemandFacts, achievement: AchievementFacts) -> float:
    """0 if mature enough or unknown, falling to −1 at two levels below."""
    if demand.min_trl is None or achievement.trl is None:
        return 0.0
    return -min(1.0, max(0, demand.min_trl - achievement.trl) / TRL_SPAN)


def _share(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    """1 if a code of one side includes a code of the other, 0 if none does, 0.5 if a side names none."""
    if not first or not second:
        return 0.5
    return float(any(one.startswith(other) or other.startswith(one) for one in first for other in second))


@lru_cache(maxsize=4096)
def _folded(keywords: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(normalise, keywords))


def _mode_gap(wanted: tuple[str, ...], offered: tuple[str, ...]) -> float:
    return -1.0 if common_modes(wanted, offered) == frozenset() else 0.0


def _nearness(first: str | None, second: str | None) -> float:
    return _known(region_nearness(first, second))


def _known(value: float | None) -> float:
    return 0.5 if value is None else value


def _code_nearness(one: str, other: str) -> float:
    if one.startswith(other) or other.startswith(one):
        return 1.0
    return SAME_FIELD_OTHER_BRANCH if one[:2] == other[:2] else 0.0
