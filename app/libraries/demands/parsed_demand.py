"""The reading of a demand for its clarity: measurable indicators, conditions, and clauses without a bound."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.libraries.demands.clarity_words import VagueWords, WorkingCondition, condition_words, vague_words
from app.libraries.validation.indicators.comparison import quantity_of
from app.libraries.validation.indicators.model import Indicator
from app.libraries.validation.indicators.parser import parse_indicators

# The texts that describe the demand, those that are parsed for indicators, and those that show a purchase.
_TEXTS = ("title", "main_problem", "key_technology", "expected_goal", "scenario", "benchmark")
_MEASURED = ("main_problem", "expected_goal")
_SENTENCE_END = re.compile(r"[。；;\n]")
# Quantities without a unit by nature; a value up to 1 is read as a proportion.
_DIMENSIONLESS = re.compile(
    r"(?<![a-z])pH|系数|比值|比例|之比|常数|折射率|指数|倍数|数量|个数|次数|等级|级别"
    r"|(?<![a-z])(?:ratio|coefficient|index|number of|AUC)(?![a-z])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DemandReading:
    """A parsed demand.

    Attributes:
        texts: field → text.
        unmeasured: field → clauses without a measurable bound.
        measured: keys of the distinct measurable indicators.
        without_unit: (field, indicator) of numbers that lack a unit.
        unclear: (field, clause) with a number that could not be read as an indicator.
        conditions: the kinds of working conditions that the demand names.
    """

    texts: Mapping[str, str]
    unmeasured: Mapping[str, tuple[str, ...]]
    measured: frozenset[tuple[object, ...]]
    without_unit: tuple[tuple[str, Indicator], ...]
    unclear: tuple[tuple[str, str], ...]
    conditions: tuple[WorkingCondition, ...]


def read_demand(demand: Mapping[str, Any]) -> DemandReading:
    texts = {name: str(demand.get(name) or "") for name in _TEXTS}
    stated = [Indicator.model_validate(entry) for entry in demand.get("indicators") or ()]
    indicators = [("indicators", indicator) for indicator in stated]
    unmeasured = {}
    unclear: list[tuple[str, str]] = []
    for name, text in texts.items():
        # Sentences are parsed separately, so that text added after a full stop does not change what precedes it.
        sentences = _SENTENCE_END.split(text)
        unmeasured[name] = tuple(
            clause for sentence in sentences for clause in parse_indicators(sentence).rest
        )
        if name in _MEASURED:
            # A problem is described with the figures of the present state.
            parsed = [
                parse_indicators(without_vague(sentence), only_required=name == "main_problem")
                for sentence in sentences
            ]
            indicators += [(name, indicator) for each in parsed for indicator in each.indicators]
            unclear += [(name, clause) for each in parsed for clause in each.unclear]
    whole = "\n".join((*texts.values(), *(f"{indicator} {indicator.method or ''}" for indicator in stated)))
    return DemandReading(
        texts=texts,
        unmeasured=unmeasured,
        measured=frozenset(_key(indicator) for _, indicator in indicators if _is_measurable(indicator)),
        without_unit=tuple(
            (field, indicator) for field, indicator in indicators if not _is_measurable(indicator)
        ),
        unclear=tuple(dict.fromkeys(unclear)),
        conditions=tuple(kind for kind in condition_words() if kind.pattern.search(whole)),
    )


def _is_measurable(indicator: Indicator) -> bool:
    bounds = (indicator.value, indicator.low, indicator.high)
    proportion = all(abs(bound) <= 1 for bound in bounds if bound is not None)
    return indicator.unit is not None or proportion or _DIMENSIONLESS.search(indicator.name) is not None


def _key(indicator: Indicator) -> tuple[object, ...]:
    """Identity of an indicator: the same bound in the list and in the text counts once."""
    return (
        quantity_of(indicator.name),
        indicator.op,
        indicator.value,
        indicator.low,
        indicator.high,
        indicator.unit,
    )


def without_vague(text: str) -> str:
    """The text without vague words, so that none is parsed as a unit (寿命不低于5000 TBD)."""
    for _, match in reversed(vague_matches(text)):
        text = text[: match.start()] + text[match.end() :]
    return text


def vague_matches(clause: str) -> list[tuple[VagueWords, re.Match[str]]]:
    """Non-overlapping vague words in order; at the same position the longest."""
    candidates = [(kind, match) for kind in vague_words() for match in kind.pattern.finditer(clause)]
    matches: list[tuple[VagueWords, re.Match[str]]] = []
    for kind, match in sorted(candidates, key=lambda pair: (pair[1].start(), -pair[1].end())):
        if not matches or match.start() >= matches[-1][1].end():
            matches.append((kind, match))
    return matches
