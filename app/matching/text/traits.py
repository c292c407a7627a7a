"""Traits: what a text states outright (figures), and what its vector says of the record alone.

Vectors and words blur figures: "at most 5%" is near "at most 50%". Traits are extracted when a record is published,
and stored with its vectors.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.libraries.validation.indicators.comparison import (
    Comparison,
    Verdict,
    compare,
    quantities_within,
    quantity_of,
)
from app.libraries.validation.indicators.model import Indicator
from app.libraries.validation.indicators.parser import ParsedIndicators, parse_indicators
from app.matching.facts.models import AchievementFacts, DemandFacts, RecordFacts
from app.matching.space import NEUTRAL_GENERALITY, NEUTRAL_HUBNESS, VectorTraits
from app.matching.text.bm25 import words
from app.matching.text.legible import legible
from app.matching.text.passages import unwanted_clauses, wanted_texts

MAX_INDICATORS = 20


@dataclass(frozen=True)
class Traits:
    """Traits of one record. The default values are neutral; for the vector's own, see `VectorTraits`."""

    indicators: tuple[Indicator, ...] = ()
    hubness: float = NEUTRAL_HUBNESS
    generality: float = NEUTRAL_GENERALITY
    solution: float = 0.0
    unwanted: tuple[str, ...] = ()
    """Clauses of a demand that exclude something; they are no part of its vectors."""

    @cached_property
    def unwanted_words(self) -> Counter[str]:
        return Counter(word for clause in self.unwanted for word in words(clause))

    @cached_property
    def quantities(self) -> frozenset[str]:
        return frozenset(quantity_of(indicator.name) for indicator in self.indicators)

    @cached_property
    def near_quantities(self) -> frozenset[str]:
        """Those of names without their prefixes, too."""
        return frozenset(
            quantity for indicator in self.indicators for quantity in quantities_within(indicator.name)
        )

    def to_dict(self) -> dict[str, Any]:
        """For storage; neutral values are left out."""
        stored: dict[str, Any] = {}
        if self.indicators:
            stored["indicators"] = [
                indicator.model_dump(mode="json", exclude_defaults=True) for indicator in self.indicators
            ]
        if self.hubness != NEUTRAL_HUBNESS:
            stored["hubness"] = self.hubness
        if self.generality != NEUTRAL_GENERALITY:
            stored["generality"] = self.generality
        if self.solution:
            stored["solution"] = self.solution
        if self.unwanted:
            stored["unwanted"] = list(self.unwanted)
        return stored

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Traits":
        if not data:
            return NO_TRAITS
        return cls(
            indicators=tuple(Indicator.model_validate(entry) for entry in data.get("indicators", ())),
            hubness=float(data.get("hubness", NEUTRAL_HUBNESS)),
            generality=float(data.get("generality", NEUTRAL_GENERALITY)),
            solution=float(data.get("solution", 0.0)),
            unwanted=tuple(data.get("unwanted", ())),
        )

    @classmethod
    def from_json(cls, stored: str) -> "Traits":
        return NO_TRAITS if stored == "{}" else cls.from_dict(json.loads(stored))


NO_TRAITS = Traits()


def traits_of(facts: RecordFacts, of_vector: VectorTraits) -> Traits:
    """The traits of a demand or an achievement; managers have none."""
    excluded: tuple[str, ...] = ()
    match facts:
        case DemandFacts():
            _, problem, key_technology, goal = wanted_texts(facts)
            indicators = _indicators(
                parse_indicators("；".join(facts.indicators)),
                # A problem is described with the figures of the present state.
                parse_indicators(problem, only_required=True),
                parse_indicators(key_technology),
                parse_indicators(goal),
            )
            excluded = tuple(unwanted_clauses(facts))
        case AchievementFacts():
            texts = ("；".join(facts.indicators), legible(facts.summary), legible(facts.advantages))
            indicators = _indicators(*(parse_indicators(text, keeps_present=True) for text in texts))
        case _:
            return NO_TRAITS
    return Traits(
        indicators=indicators,
        hubness=of_vector.hubness,
        generality=of_vector.generality,
        solution=of_vector.solution,
        unwanted=excluded,
    )


def compared(demand: Traits, achievement: Traits) -> list[Comparison]:
    """Comparisons of required indicators with stated ones of the same quantity or a near name, as far as they hold or
    fail."""
    if not demand.indicators or not achievement.indicators:
        return []
    if demand.quantities.isdisjoint(achievement.near_quantities) and achievement.quantities.isdisjoint(
        demand.near_quantities
    ):
        return []
    comparisons = compare(demand.indicators, achievement.indicators)
    return [one for one in comparisons if one.verdict is not Verdict.UNKNOWN]


def indicator_fit(demand: Traits, achievement: Traits) -> float:
    """−1 to 1. Each indicator that holds halves the distance to 1; each that fails halves the distance to −1.

    One under a near name may be of something else, so it never fails.
    """
    comparisons = compared(demand, achievement)
    holds = sum(one.verdict is Verdict.HOLDS for one in comparisons)
    fails = sum(one.verdict is Verdict.FAILS and one.same_name for one in comparisons)
    return float(0.5**fails - 0.5**holds)


def _indicators(*parsed: ParsedIndicators) -> tuple[Indicator, ...]:
    """Indicators from their own fields first, then from the text; each quantity and bound once."""
    indicators: dict[tuple[str, str], Indicator] = {}
    for each in parsed:
        for indicator in each.indicators:
            indicators.setdefault((quantity_of(indicator.name), str(indicator)), indicator)
    return tuple(indicators.values())[:MAX_INDICATORS]
