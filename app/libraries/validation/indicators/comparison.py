"""Indicators (技术指标): a measured quantity with a bound, and whether an offered value meets a required one."""

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.libraries.validation.errors import field_error
from app.libraries.validation.indicators.units import UnknownUnitError, convert
from app.libraries.validation.values.text import TextRule
from app.libraries.vocabularies.vocabulary import fold_label


class Op(StrEnum):
    """The kind of bound that a value sets on a quantity."""

    AT_LEAST = "≥"
    AT_MOST = "≤"
    EQUAL = "="
    BETWEEN = "～"
    MORE = ">"
    LESS = "<"


_OPERATOR_ALIASES = {
    ">=": "≥",
    "≧": "≥",
    "=>": "≥",
    "<=": "≤",
    "≦": "≤",
    "=<": "≤",
    "~": "～",
    "-": "～",
    "＝": "=",
    "==": "=",
    "＞": ">",
    "＜": "<",
}


def _op(value: Any) -> Any:
    return _OPERATOR_ALIASES.get(value.strip(), value.strip()) if isinstance(value, str) else value


# More digits than any measurement has. Without a limit, a number of a million digits would fill every list.
Number = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=30)]


class Indicator(BaseModel):
    """One indicator. The operator `～` uses `low` and `high`, every other operator uses `value`.

    `current` is the present value of a demand's indicator. `must` false: desired, not required. `unit` None: a
    dimensionless number. All values are in `unit`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, TextRule(1, 60)]
    op: Annotated[Op, BeforeValidator(_op, json_schema_input_type=str)] = Op.EQUAL
    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    unit: Annotated[str, TextRule(1, 30)] | None = None
    current: Number | None = None
    method: Annotated[str, TextRule(1, 100)] | None = None
    must: bool = True

    @model_validator(mode="after")
    def _values_match_operator(self) -> Self:
        if self.op is Op.BETWEEN:
            if self.low is None or self.high is None or self.low > self.high:
                raise field_error(
                    "indicator_range",
                    zh="区间指标需填下限和上限，且下限不高于上限。",
                    en="A range needs a low and a high value, and low must not exceed high.",
                )
        elif self.value is None:
            raise field_error(
                "indicator_value",
                zh="指标需填数值，如“盐雾 ≥ 1000 h”。",
                en="An indicator needs a value, e.g. 'salt spray ≥ 1000 h'.",
            )
        return self

    def __str__(self) -> str:
        bound = f"{self.low:f}～{self.high:f}" if self.op is Op.BETWEEN else f"{self.op} {self.value:f}"
        return " ".join(part for part in (self.name, bound, self.unit) if part)


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


@dataclass(frozen=True, slots=True)
class Comparison:
    """A required indicator and the offered one of the same quantity; unknown if none is offered."""

    required: Indicator
    offered: Indicator | None
    verdict: Verdict


def compare(required: Iterable[Indicator], offered: Iterable[Indicator]) -> list[Comparison]:
    """For each required indicator, the most favourable comparison with the offers of the same quantity."""
    by_quantity: dict[str, list[Indicator]] = {}
    for offer in offered:
        by_quantity.setdefault(quantity_of(offer.name), []).append(offer)
    order = [Verdict.HOLDS, Verdict.FAILS, Verdict.UNKNOWN]
    best: list[Comparison] = []
    for indicator in required:
        comparisons = [
            Comparison(indicator, offer, meets(indicator, offer))
            for offer in by_quantity.get(quantity_of(indicator.name), [])
        ]
        best.append(
            min(comparisons, key=lambda comparison: order.index(comparison.verdict))
            if comparisons
            else Comparison(indicator, None, Verdict.UNKNOWN)
        )
    return best


def check_indicators(values: Any, maximum: int = 20) -> Any:
    """Check that there are at most `maximum` indicators; values that are not lists are left to pydantic."""
    if isinstance(values, (list, tuple)) and len(values) > maximum:
        raise field_error(
            "indicators_too_many",
            zh=f"指标最多 {maximum} 项，现有 {len(values)} 项。",
            en=f"At most {maximum} indicators are allowed; there are {len(values)}.",
        )
    return values


Indicators = Annotated[list[Indicator], BeforeValidator(check_indicators)]
