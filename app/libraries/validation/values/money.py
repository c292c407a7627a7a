"""Amounts in 万元 (ten thousand yuan) as exact decimals."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

from app.libraries.validation.errors import field_error

MAX_WAN = Decimal("1000000.00")
CENT = Decimal("0.01")


def check_wan(value: Any) -> Any:
    """Parse an amount in 万元: 0 < amount ≤ 1 000 000.00, at most two decimal places, never rounded.

    Text may contain thousands separators and the unit 万元. A float is read in its shortest decimal form, so 12.1 is
    exactly 12.1. Other types are left to pydantic.
    """
    if not isinstance(value, (int, float, str, Decimal)):
        return value
    text = (
        str(value).strip().replace(",", "").replace("，", "").removesuffix("万元").removesuffix("万").strip()
    )
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise field_error(
            "money_format",
            zh="金额应为数字，单位万元，如 120 或 120.50。",
            en="The amount must be a number in 万元 (10,000 yuan), e.g. 120 or 120.50.",
        )
    if amount <= 0:
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


Wan = Annotated[Decimal, BeforeValidator(check_wan)]
TwoPlaces = Annotated[Decimal, PlainSerializer(two_places, return_type=str, when_used="json")]
"""An amount in 万元 or a percentage in an answer."""
TwoPlacesText = Annotated[str, PlainSerializer(two_places, return_type=str, when_used="json")]
"""An exact number as text, answered like `TwoPlaces`."""
