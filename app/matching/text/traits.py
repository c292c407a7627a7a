"""Traits: what a text states outright, namely figures, purpose, and what the record does not do.

Vectors and words blur these: "detects burrs" and "removes burrs" are near, as are "at most 5%" and "at most 50%".
Traits are extracted when a record is published, and stored with its vectors.
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any

from app.libraries.validation.indicators.comparison import (
    Comparison,
    Verdict,
    compare,
    quantity_of,
)
from app.libraries.validation.indicators.model import Indicator
from app.libraries.validation.indicators.parser import ParsedIndicators, parse_indicators
from app.matching.facts.models import AchievementFacts, DemandFacts, RecordFacts
from app.matching.text.bm25 import words
from app.matching.text.passages import sentences

MAX_INDICATORS = 20
# Formality of an unknown text: the mean over the judged demands.
NEUTRAL_FORMALITY = 0.6
# A title that names both ("在线监测与控制") acts, but is less certain to solve the problem.
OBSERVES_AND_ACTS = 0.4
# Mentioned only in the description of the problem, where inspection is often how the problem was noticed.
ASKED_IN_PASSING = 0.5


@dataclass(frozen=True)
class Traits:
    """Traits of one record. The default values are neutral.

    `observes` (0–1): how far an achievement only detects, measures or predicts. `asks_to_observe` (0–1): how far a
    demand wants that. `disclaims` are the indexes of sentences that say what the record does not do, and
    `disclaimed_words` are their words, by sentence.
    """

    indicators: tuple[Indicator, ...] = ()
    observes: float = 0.0
    asks_to_observe: float = 1.0
    disclaims: tuple[int, ...] = ()
    disclaimed_words: tuple[frozenset[str], ...] = ()

    @cached_property
    def quantities(self) -> frozenset[str]:
        return frozenset(quantity_of(indicator.name) for indicator in self.indicators)

    def to_dict(self) -> dict[str, Any]:
        """For storage; neutral values are left out."""
        stored: dict[str, Any] = {}
        if self.indicators:
            stored["indicators"] = [
                indicator.model_dump(mode="json", exclude_defaults=True) for indicator in self.indicators
            ]
        if self.observes:
            stored["observes"] = self.observes
        if self.asks_to_observe != 1.0:
            stored["asks_to_observe"] = self.asks_to_observe
        if self.disclaims:
            stored["disclaims"] = list(self.disclaims)
            stored["disclaimed_words"] = [sorted(word) for word in self.disclaimed_words]
        return stored

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Traits":
        if not data:
            return NO_TRAITS
        return cls(
            indicators=tuple(Indicator.model_validate(entry) for entry in data.get("indicators", ())),
            observes=float(data.get("observes", 0.0)),
            asks_to_observe=float(data.get("asks_to_observe", 1.0)),
            disclaims=tuple(data.get("disclaims", ())),
            disclaimed_words=tuple(frozenset(each) for each in data.get("disclaimed_words", ())),
        )

    @classmethod
    def from_json(cls, stored: str) -> "Traits":
        return NO_TRAITS if stored == "{}" else cls.from_dict(json.loads(stored))


NO_TRAITS = Traits()


def traits_of(facts: RecordFacts) -> Traits:
    """The traits of a demand or an achievement; managers have none."""
    match facts:
        case DemandFacts():
            return Traits(
                indicators=_indicators(
                    parse_indicators("；".join(facts.indicators)),
                    # A problem is described with the figures of the present state.
                    parse_indicators(facts.problem, only_required=True),
                    parse_indicators(facts.key_technology),
                    parse_indicators(facts.goal),
                ),
                asks_to_observe=_asks_to_observe(facts),
            )
        case AchievementFacts():
            rows = [(row, text) for row, text in enumerate(sentences(facts)) if _disclaims(text)]
            return Traits(
                indicators=_indicators(
                    *(
                        parse_indicators(text, keeps_present=True)
                        for text in ("；".join(facts.indicators), facts.summary, facts.advantages)
                    )
                ),
                observes=_observes(facts.title),
                disclaims=tuple(row for row, _ in rows),
                disclaimed_words=tuple(frozenset(words(text)) for _, text in rows),
            )
    return NO_TRAITS


def compared(demand: Traits, achievement: Traits) -> list[Comparison]:
    """Comparisons of required indicators with stated ones of the same quantity, as far as they hold or fail."""
    if not demand.indicators or not achievement.indicators:
        return []
    if demand.quantities.isdisjoint(achievement.quantities):
        return []
    comparisons = compare(demand.indicators, achievement.indicators)
    return [one for one in comparisons if one.verdict is not Verdict.UNKNOWN]


def indicator_fit(demand: Traits, achievement: Traits) -> float:
    """−1 to 1. Each indicator that holds halves the distance to 1; each that fails halves the distance to −1."""
    verdicts = [one.verdict for one in compared(demand, achievement)]
    holds, fails = verdicts.count(Verdict.HOLDS), verdicts.count(Verdict.FAILS)
    return float(0.5**fails - 0.5**holds)


def purpose_gap(demand: Traits, achievement: Traits) -> float:
    """0 if the achievement does what is asked or nothing is known, −1 if it only observes and that is not asked."""
    return -achievement.observes * (1.0 - demand.asks_to_observe)


def formality_of(counts: Mapping[str, int]) -> float:
    """Formality of a demand with these word counts: 0 worded like achievements, 1 like spoken shop-floor language.

    The mean over its words of the log ratio of their use in demands and in achievements (scripts/tune/formality.py).
    A demand that describes symptoms shares few words even with the right achievement, so the same similarity means
    more.
    """
    if not counts:
        return NEUTRAL_FORMALITY
    table, unknown = _registers()
    return min(1.0, max(0.0, math.fsum(table.get(word, unknown) for word in counts) / len(counts)))


@cache
def _registers() -> tuple[Mapping[str, float], float]:
    raw = json.loads((resources.files(__package__) / "data" / "formality.json").read_text(encoding="utf-8"))
    words_by_ratio: Mapping[str, str] = raw["words"]
    table = {word: float(ratio) for ratio, listed in words_by_ratio.items() for word in listed.split()}
    return table, float(raw["unknown"])


def _indicators(*parsed: ParsedIndicators) -> tuple[Indicator, ...]:
    """Indicators from their own fields first, then from the text; each quantity and bound once."""
    indicators: dict[tuple[str, str], Indicator] = {}
    for each in parsed:
        for indicator in each.indicators:
            indicators.setdefault((quantity_of(indicator.name), str(indicator)), indicator)
    return tuple(indicators.values())[:MAX_INDICATORS]


def _observes(title: str) -> float:
    if not _pattern("observes").search(title):
        return 0.0
    rest = _pattern("observes").sub("", title)
    return OBSERVES_AND_ACTS if _pattern("acts").search(rest) else 1.0


def _disclaims(sentence: str) -> bool:
    """Whether the sentence disclaims something. What conventional methods cannot do is the achievement's merit."""
    return bool(_pattern("disclaims").search(sentence)) and not _pattern("of_others").search(sentence)


def _asks_to_observe(facts: DemandFacts) -> float:
    wanted = " ".join((facts.title, facts.key_technology, facts.goal, *facts.indicators))
    asks = _pattern("asks_to_observe")
    if asks.search(wanted):
        return 1.0
    if asks.search(facts.problem):
        return ASKED_IN_PASSING if wanted.strip() else 1.0
    return 0.0 if wanted.strip() or facts.problem.strip() else 1.0


@cache
def _pattern(name: str) -> re.Pattern[str]:
    raw = (resources.files(__package__) / "data" / "purposes.json").read_text(encoding="utf-8")
    return re.compile("|".join(json.loads(raw)[name]), re.IGNORECASE)
