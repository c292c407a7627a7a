"""Amounts in 万元 (ten thousand yuan) as exact decimals."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from app.libraries.validation.errors import field_error
from app.libraries.validation.values.amounts import written_amount
from app.text.measured_numerals import fold_numerals

MAX_WAN = Decimal("1000000.00")
CENT = Decimal("0.01")
HUNDRED = Decimal(100)


# Commas only where they group thousands: in 12,5 the comma may be a decimal one.
_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|[-+]?\.\d+", re.ASCII)


# A number beside a currency is meant in yuan as often as in 万元.
_CURRENCY = re.compile("人民币|RMB|CNY|¥", re.IGNORECASE)


def check_wan(value: Any) -> Any:
    """Parse an amount in 万元: 0 < amount ≤ 1 000 000.00, at most two decimal places, never rounded.

    Text may be an amount as `written_amount` reads it, with a unit (120万, 1.2亿, 1200000元) or in 万元 without one. A
    float is read in its shortest decimal form, so 12.1 is exactly 12.1. Other types are left to pydantic.
    """
    amount = check_wan_or_nothing(value)
    if isinstance(amount, Decimal) and amount == 0:
        raise field_error(
            "money_not_positive",
            zh="金额应大于 0；面议请留空。",
            en="The amount must be greater than 0; leave it empty if it is negotiable.",
        )
    return amount


def check_wan_or_nothing(value: Any) -> Any:
    """As `check_wan`, but 0 is an amount, too."""
    if not isinstance(value, (int, float, str, Decimal)):
        return value
    amount = _number(value)
    if amount is None and isinstance(value, str) and (written := written_amount(value)):
        if not written.has_unit and _CURRENCY.search(unicodedata.normalize("NFKC", value)):
            raise field_error(
                "money_unit",
                zh=f"“{value.strip()}”是多少元还是多少万元？请注明单位，如 120万元、1200000元。",
                en=f"Is '{value.strip()}' in yuan or in 万元 (10,000 yuan)? State the unit: 120万元, 1200000元.",
            )
        amount = written.wan
    if amount is None:
        raise field_error(
            "money_format",
            zh="金额应为一个数，单位万元，如 120 或 120.50；也可注明单位，如 120万、1.2亿、1200000元。",
            en="The amount must be one number in 万元 (10,000 yuan), e.g. 120 or 120.50, or state its unit: 120万, "
            "1.2亿, 1200000元.",
        )
    if amount < 0:
        raise field_error(
            "money_not_positive",
            zh="金额应大于 0；面议请留空。",
            en="The amount must be greater than 0; leave it empty if it is negotiable.",
        )
    if amount > MAX_WAN:
        raise field_error(
            "money_too_large",
            zh="金额不超过 1000000 万元，请确认单位是万元而不是元。",
            en="The amount must not exceed 1,000,000 万元; check that you did not enter it in yuan.",
        )
    if amount != amount.quantize(CENT):
        raise field_error(
            "money_places", zh="金额最多两位小数。", en="The amount may have at most two decimal places."
        )
    return amount.quantize(CENT)


def check_percent(value: Any) -> Any:
    """Parse a percentage: 0 < percent ≤ 100, at most two decimal places. Text may end in %, which a percentage below 1
    must: 0.6 without it may be meant as 60. Shares in words are percentages, too: 六成, 七成五, 五折.
    """
    if not isinstance(value, (int, float, str, Decimal)):
        return value
    text = fold_numerals(unicodedata.normalize("NFKC", value).strip()) if isinstance(value, str) else ""
    percent = _number(text.removesuffix("%").rstrip() if text else value)
    if percent is not None and 0 < percent < 1 and not text.endswith("%"):
        meant = two_places(percent * HUNDRED)
        raise field_error(
            "percent_or_fraction",
            zh=f"{value} 是指 {meant}% 还是 {percent}%？前者请填 {meant}，后者请填“{percent}%”。",
            en=f"Does {value} mean {meant}% or {percent}%? Enter {meant} for the former, '{percent}%' for the latter.",
        )
    if percent is None or not 0 < percent <= HUNDRED or percent != percent.quantize(CENT):
        raise field_error(
            "percent",
            zh="应为大于 0、不超过 100 的百分数，至多两位小数，如 60 或 33.33。",
            en="Must be a percentage above 0 and at most 100 with at most two decimal places, e.g. 60 or 33.33.",
        )
    return percent.quantize(CENT)


def _number(value: float | str | Decimal) -> Decimal | None:
    """The number as it is written, full width included; None if it is none."""
    if isinstance(value, bool):
        return None
    text = str(value)
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).strip()
        if not _NUMBER.fullmatch(text):
            return None
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def check_wan_range(minimum: Decimal | None, maximum: Decimal | None) -> None:
    """Check that the minimum does not exceed the maximum. Either or both may be None (面议, negotiable)."""
    if minimum is not None and maximum is not None and minimum > maximum:
        raise field_error(
            "money_range",
            zh=f"最低金额 {minimum} 万元高于最高金额 {maximum} 万元，请对调或更正。",
            en=f"The minimum {minimum} 万元 exceeds the maximum {maximum} 万元; swap or correct them.",
        )


def two_places(number: Decimal | str) -> str:
    """An amount or a percentage as answers show it: at least two decimal places, exact, e.g. 120.00 or 509.999."""
    exact = Decimal(number)
    exponent = exact.normalize().as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    return f"{exact:.{places}f}"


_ANSWERED = WithJsonSchema(
    {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2,}$", "examples": ["120.00"]}, mode="serialization"
)
Wan = Annotated[Decimal, BeforeValidator(check_wan), _ANSWERED]
WanOrNothing = Annotated[Decimal, BeforeValidator(check_wan_or_nothing), _ANSWERED]
Percent = Annotated[Decimal, BeforeValidator(check_percent), _ANSWERED]
TwoPlaces = Annotated[Decimal, PlainSerializer(two_places, return_type=str, when_used="json"), _ANSWERED]
"""An amount in 万元 or a percentage in an answer."""
TwoPlacesText = Annotated[str, PlainSerializer(two_places, return_type=str, when_used="json"), _ANSWERED]
"""An exact number as text, answered like `TwoPlaces`."""
