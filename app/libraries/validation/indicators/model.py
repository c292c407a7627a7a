"""Indicators (技术指标): a measured quantity with a bound on its value."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.libraries.validation.errors import field_error
from app.libraries.validation.values.text import TextRule


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
