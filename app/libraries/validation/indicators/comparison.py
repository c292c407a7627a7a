"""Comparison of an offered with a required indicator, across units."""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files

from app.libraries.validation.indicators.model import Indicator, Op
from app.libraries.validation.indicators.units import UnknownUnitError, convert
from app.vocabularies.vocabulary import fold_label


class Verdict(StrEnum):
    """The result of comparing an offered with a required indicator."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class _Span:
    """An interval of values; an open end is not part of it."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    def within(self, other: "_Span") -> bool:
        above = _above(self.low, other.low) or (
            _same(self.low, other.low) and (self.low_open or not other.low_open)
        )
        below = _above(other.high, self.high) or (
            _same(self.high, other.high) and (self.high_open or not other.high_open)
        )
        return above and below

    def misses(self, other: "_Span") -> bool:
        """Whether the two intervals have no value in common."""
        for left, right in ((self, other), (other, self)):
            if _above(left.low, right.high):
                return True
            if _same(left.low, right.high) and (left.low_open or right.high_open):
                return True
        return False


def _same(a: float, b: float) -> bool:
    # Unit conversion uses binary floating point; 60 × (1/60) must still equal 1.
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)


def _above(a: float, b: float) -> bool:
    return a > b and not _same(a, b)


# A required range of these quantities is an environment that the offer must cover. A range of any other quantity is a
# tolerance that the offer must stay within.
_COVERING = re.compile(
    "温度范围|工作温度|使用温度|适用|量程|测量范围|检测范围|工况|范围内|operating|working range|measuring range"
)
_SPAN_NAMES = re.compile("差|波动|误差|温升|升温|降温|均匀|difference|rise|deviation|error")


def meets(required: Indicator, offered: Indicator) -> Verdict:
    """Whether an offered indicator meets a required bound, across units. The names are not compared.

    holds: all offered values meet the bound. fails: none does. unknown: some do, or the units cannot be compared, or
    the requirement is a plain number without an operator and the offer differs from it (it may be better or worse).
    """
    try:
        offer = _span(offered, offered.unit, required.unit, offered.name + required.name)
    except UnknownUnitError:
        return Verdict.UNKNOWN
    bound = _span(required, None, None, "")
    if required.op is Op.BETWEEN and _COVERING.search(required.name):
        return Verdict.HOLDS if bound.within(offer) else Verdict.FAILS
    if offer.within(bound):
        return Verdict.HOLDS
    if required.op is Op.EQUAL:
        return Verdict.UNKNOWN
    return Verdict.FAILS if offer.misses(bound) else Verdict.UNKNOWN


def _span(indicator: Indicator, unit: str | None, to_unit: str | None, names: str) -> _Span:
    """The values that an indicator allows, in `to_unit`.

    Raises:
        UnknownUnitError: only one side has a unit, or the units cannot be converted.
    """
    if (unit is None) != (to_unit is None):
        raise UnknownUnitError(f"{unit} → {to_unit}")
    difference = _SPAN_NAMES.search(names) is not None

    def in_unit(value: Decimal) -> float:
        number = float(value)
        if unit is None or to_unit is None:
            return number
        return convert(number, unit, to_unit, difference=difference)

    if indicator.op is Op.BETWEEN:
        assert indicator.low is not None
        assert indicator.high is not None
        return _Span(in_unit(indicator.low), in_unit(indicator.high))
    assert indicator.value is not None
    value = in_unit(indicator.value)
    spans = {
        Op.AT_LEAST: _Span(value, math.inf),
        Op.MORE: _Span(value, math.inf, low_open=True),
        Op.AT_MOST: _Span(-math.inf, value),
        Op.LESS: _Span(-math.inf, value, high_open=True),
    }
    return spans.get(indicator.op, _Span(value, value))


@cache
def _quantities() -> dict[str, str]:
    raw = (files(__package__) / "data" / "indicator_names.json").read_text(encoding="utf-8")
    groups: dict[str, list[str]] = json.loads(raw)["quantities"]
    return {fold_label(name): quantity for quantity, names in groups.items() for name in names}


def quantity_of(name: str) -> str:
    """The quantity that a name stands for in the table of synonyms; the normalised name if it is not listed."""
    folded = fold_label(name)
    return _quantities().get(folded, folded)


# A name that begins so is another quantity than its end: 不合格率 is no 合格率.
_NEGATIONS = frozenset("不非未无免")
_LEAST_HEAD = 2


@lru_cache(maxsize=4096)
def quantities_within(name: str) -> frozenset[str]:
    """The quantities of a name and of its ends, which are names without what they are of: 杆面硬度 is a 硬度, rod
    surface hardness is a hardness."""
    if name.isascii():
        words = name.split()
        ends = [" ".join(words[start:]) for start in range(1, len(words))]
    else:
        ends = [
            name[start:]
            for start in range(1, len(name) - _LEAST_HEAD + 1)
            if name[start - 1] not in _NEGATIONS and not (name[start - 1].isascii() and name[start].isascii())
        ]
    return frozenset(quantity_of(end) for end in (name, *ends))


def is_near_name(name: str, other: str) -> bool:
    """Whether one name is the other with a prefix that says what it is of."""
    return quantity_of(name) in quantities_within(other) or quantity_of(other) in quantities_within(name)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A required indicator and the offered one of the same quantity; unknown if none is offered.

    Without `same_name`, the two names differ by a prefix (杆面硬度, 硬度), so they may be of different things.
    """

    required: Indicator
    offered: Indicator | None
    verdict: Verdict
    same_name: bool = True


def compare(required: Iterable[Indicator], offered: Iterable[Indicator]) -> list[Comparison]:
    """For each required indicator, the most favourable comparison with the offers of the same quantity.

    If none is offered, with those of a near name whose unit can be compared.
    """
    offers = list(offered)
    by_quantity: dict[str, list[Indicator]] = {}
    for offer in offers:
        by_quantity.setdefault(quantity_of(offer.name), []).append(offer)
    return [
        _best(indicator, by_quantity.get(quantity_of(indicator.name), []))
        or _best(indicator, _near(indicator, offers), same_name=False)
        or Comparison(indicator, None, Verdict.UNKNOWN)
        for indicator in required
    ]


def _best(required: Indicator, offers: Iterable[Indicator], *, same_name: bool = True) -> Comparison | None:
    order = [Verdict.HOLDS, Verdict.FAILS, Verdict.UNKNOWN]
    comparisons = [Comparison(required, offer, meets(required, offer), same_name) for offer in offers]
    return min(comparisons, key=lambda one: order.index(one.verdict), default=None)


def _near(required: Indicator, offers: Iterable[Indicator]) -> list[Indicator]:
    """Plain numbers say too little of themselves to be compared under two names."""
    if required.unit is None:
        return []
    return [offer for offer in offers if offer.unit is not None and is_near_name(required.name, offer.name)]
