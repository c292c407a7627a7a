"""Two records and their text signals as named numbers.

A missing fact gives a feature its neutral value, where it neither helps nor harms. Features are signed so that
more is better for the pair, except crowding; a weight of the other sign is refused by the ranker.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.matching.constraints import asking_price_wan, budget_wan, shared_modes
from app.matching.facts import AchievementFacts, DemandFacts
from app.matching.signals import CROWD_NEUTRAL, PairSignals

# A price this share above the budget fails as fully as any higher one.
PRICE_TOLERANCE = 0.2
# A gap of two levels is a whole phase (laboratory, pilot, production): more is no worse.
TRL_SPAN = 2
SAME_FIELD_OTHER_BRANCH = 0.8


@dataclass(frozen=True, slots=True)
class Feature:
    """`sign` is the only direction its weight may have; `neutral` its value when nothing is known."""

    name: str
    zh: str
    en: str
    sign: int = 1
    neutral: float = 0.0


FEATURES = (
    Feature("whole", "整体语义接近", "nearness of the whole texts"),
    Feature("sentences", "关键语句相符", "best three sentences that meet"),
    Feature(
        "crowding", "成果与其他需求同样接近", "the achievement is as near to other demands", -1, CROWD_NEUTRAL
    ),
    Feature("words", "共有专业词", "technical words in common"),
    Feature("field", "技术领域一致", "same technical field", 1, 0.5),
    Feature("price", "价格与预算", "price against budget"),
    Feature("trl", "技术成熟度", "maturity against what is required"),
    Feature("mode", "转化方式", "way of transfer"),
)
FEATURE_BY_NAME: Mapping[str, Feature] = {feature.name: feature for feature in FEATURES}


def pair_features(
    demand: DemandFacts, achievement: AchievementFacts, signals: PairSignals
) -> dict[str, float]:
    """Every feature by name. Terms run from −1 (fails) to 0 (holds or unknown); `field` from 0 to 1."""
    return {
        "whole": signals.dense,
        "sentences": signals.sentences,
        "crowding": signals.achievement_crowd,
        "words": signals.bm25,
        "field": field_nearness(demand.fields, achievement.fields),
        "price": price_gap(demand, achievement),
        "trl": trl_gap(demand, achievement),
        "mode": -1.0 if shared_modes(demand, achievement) == frozenset() else 0.0,
    }


def field_nearness(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    """Distance in the field tree, as nearness: 1 same, 0.8 another branch of the same field, 0 another field.

    A code covers what lies below it ("40" covers "401"). 0.5 when a side names none.
    """
    if not first or not second:
        return FEATURE_BY_NAME["field"].neutral
    return max(_code_nearness(one, other) for one in first for other in second)


def price_gap(demand: DemandFacts, achievement: AchievementFacts) -> float:
    """0 within the budget or negotiable, falling to −1 at 20% above it."""
    price, budget = asking_price_wan(achievement), budget_wan(demand)
    if price is None or budget is None or price <= budget:
        return 0.0
    if budget <= 0:
        return -1.0
    return -min(1.0, float(price / budget - 1) / PRICE_TOLERANCE)


def trl_gap(demand: DemandFacts, achievement: AchievementFacts) -> float:
    """0 when mature enough or unknown, falling to −1 at two levels short."""
    if demand.min_trl is None or achievement.trl is None:
        return 0.0
    return -min(1.0, max(0, demand.min_trl - achievement.trl) / TRL_SPAN)


def _code_nearness(one: str, other: str) -> float:
    if one.startswith(other) or other.startswith(one):
        return 1.0
    return SAME_FIELD_OTHER_BRANCH if one[:2] == other[:2] else 0.0
