"""Features: two records and their text similarity as named numbers.

A missing fact gives the neutral value, which neither helps nor harms. Higher values are better for the pair, except for
those of sign −1; the ranker rejects weights of the wrong sign.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Any

from app.libraries.search.tokenizer import normalise
from app.matching.facts.constraints import (
    asking_price_wan,
    budget_wan,
    common_modes,
    region_nearness,
)
from app.matching.facts.models import AchievementFacts, DemandFacts
from app.matching.ranking.similarity import PairSignals
from app.matching.space import NEUTRAL_GENERALITY, NEUTRAL_HUBNESS

# From this share above the budget, a higher price makes no further difference.
PRICE_TOLERANCE = 0.2
# Two levels are a whole phase (laboratory, pilot, production); a larger gap makes no further difference.
TRL_SPAN = 2
SAME_FIELD_OTHER_BRANCH = 0.8
# Half-life of a publication's freshness, in days.
FRESH_DAYS = 180
KEYWORDS_ENOUGH = 2


class FeatureGroup(StrEnum):
    """Features as people ask for them: what of the pair moved the score."""

    CONTENT = "content"
    WORDS = "words"
    FIELD = "field"
    FIGURES = "figures"
    TERMS = "terms"
    OTHER = "other"


GROUP_NAMES: Mapping[FeatureGroup, tuple[str, str]] = {
    FeatureGroup.CONTENT: ("内容", "content"),
    FeatureGroup.WORDS: ("专业词", "technical words"),
    FeatureGroup.FIELD: ("领域", "field"),
    FeatureGroup.FIGURES: ("指标", "figures"),
    FeatureGroup.TERMS: ("条件", "terms"),
    FeatureGroup.OTHER: ("其他", "other"),
}


@dataclass(frozen=True, slots=True)
class Feature:
    """`sign` is the permitted sign of the weight; `neutral` is the value for missing facts.

    `zh` and `en` say what raised the score, `against_zh` and `against_en` what lowered it.
    """

    name: str
    group: FeatureGroup
    zh: str
    en: str
    against_zh: str
    against_en: str
    sign: int = 1
    neutral: float = 0.0

    def wording(self, contribution: float) -> tuple[str, str]:
        """Chinese and English for a contribution of this sign."""
        return (self.zh, self.en) if contribution >= 0 else (self.against_zh, self.against_en)


_CONTENT, _FIELD, _TERMS = FeatureGroup.CONTENT, FeatureGroup.FIELD, FeatureGroup.TERMS

FEATURES = (
    Feature("whole", _CONTENT, "整体语义接近", "the texts are similar", "整体语义不接近", "the texts differ"),
    Feature(
        "aligned",
        _CONTENT,
        "所述事项接近",
        "they speak of similar things",
        "所述事项不同",
        "they speak of other things",
    ),
    Feature(
        "translated",
        _CONTENT,
        "外文内容接近",
        "similar across languages",
        "外文内容不同",
        "different across languages",
    ),
    Feature("foreign", _CONTENT, "文种相同", "same language", "文种不同", "different languages", -1),
    Feature(
        "hubness",
        _CONTENT,
        "成果内容有针对性",
        "the achievement is specific",
        "成果内容宽泛，与许多需求都接近",
        "the achievement is broad and near to many demands",
        -1,
        NEUTRAL_HUBNESS,
    ),
    Feature(
        "generality",
        _CONTENT,
        "需求内容有针对性",
        "the demand is specific",
        "需求内容宽泛，与许多成果都接近",
        "the demand is broad and near to many achievements",
        -1,
        NEUTRAL_GENERALITY,
    ),
    Feature(
        "solution",
        _CONTENT,
        "成果以解决问题为主",
        "the achievement is a remedy",
        "成果以检测、管理或其他用途为主",
        "the achievement detects, manages or serves another purpose",
    ),
    Feature(
        "reranked",
        _CONTENT,
        "逐对细读后相符",
        "they correspond when read together",
        "逐对细读后不符",
        "they do not correspond when read together",
    ),
    Feature(
        "words",
        FeatureGroup.WORDS,
        "共有专业词",
        "shared technical words",
        "没有共有专业词",
        "no shared technical words",
    ),
    Feature(
        "indicators",
        FeatureGroup.FIGURES,
        "指标满足要求",
        "required figures met",
        "指标达不到要求",
        "required figures not met",
    ),
    Feature(
        "field",
        _FIELD,
        "技术领域一致",
        "same technical field",
        "技术领域不同",
        "different technical fields",
        1,
        0.5,
    ),
    Feature(
        "industry", _FIELD, "应用行业一致", "same industry", "应用行业不同", "different industries", 1, 0.5
    ),
    Feature(
        "keywords",
        FeatureGroup.WORDS,
        "关键词一致",
        "shared keywords",
        "关键词不同",
        "different keywords",
    ),
    Feature(
        "price", _TERMS, "价格在预算内", "price within the budget", "价格超出预算", "price above the budget"
    ),
    Feature("trl", _TERMS, "技术成熟度满足", "mature enough", "技术成熟度不足", "not mature enough"),
    Feature(
        "mode",
        _TERMS,
        "转化方式一致",
        "same mode of cooperation",
        "转化方式不同",
        "different modes of cooperation",
    ),
    Feature("region", _TERMS, "地区接近", "regions are near", "地区较远", "regions are far apart", 1, 0.5),
    Feature(
        "freshness",
        FeatureGroup.OTHER,
        "成果发布不久",
        "the achievement is recent",
        "成果发布较久",
        "the achievement is not recent",
        1,
        0.5,
    ),
    Feature(
        "owner_record",
        FeatureGroup.OTHER,
        "成果单位转化业绩较好",
        "the owner's transfers mostly succeed",
        "成果单位转化业绩较少",
        "the owner's transfers seldom succeed",
        1,
        0.5,
    ),
)
FEATURE_BY_NAME: Mapping[str, Feature] = {feature.name: feature for feature in FEATURES}


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
    return [
        *zip(*map(_SIGNALS, signals), strict=True),
        _each(
            field_nearness,
            [demand.fields for demand in demands],
            [achievement.fields for achievement in achievements],
        ),
        _each(
            _share,
            [demand.industries for demand in demands],
            [achievement.industries for achievement in achievements],
        ),
        _each(
            shared_keywords,
            [demand.keywords for demand in demands],
            [achievement.keywords for achievement in achievements],
        ),
        list(map(price_gap, demands, achievements)),
        list(map(trl_gap, demands, achievements)),
        _each(
            _mode_gap,
            [demand.cooperation_modes for demand in demands],
            [achievement.transfer_modes for achievement in achievements],
        ),
        _each(
            _nearness,
            [demand.region for demand in demands],
            [achievement.region for achievement in achievements],
        ),
        _each(
            freshness, [achievement.published_at for achievement in achievements], [today] * len(achievements)
        ),
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
