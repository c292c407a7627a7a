"""The share rule: percentages of several managers, with two decimals, add up to 100. Pure."""

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from app.errors import FieldError, Invalid

Key = TypeVar("Key", bound=Hashable)

WHOLE = Decimal("100.00")
STEP = Decimal("0.01")
MAX_MANAGERS = 20


def check_shares(shares: Sequence[tuple[Hashable, Decimal]], *, field: str = "shares") -> None:
    """
    Raises:
        Invalid: no or too many managers, a manager twice, a percentage outside 0.01–100 or not in steps of 0.01, or a
            sum other than 100. Names every invalid entry.
    """
    errors: list[FieldError] = []
    if not 1 <= len(shares) <= MAX_MANAGERS:
        errors.append(
            FieldError(
                field, "count", f"应有 1–{MAX_MANAGERS} 位技术经理人", f"must name 1–{MAX_MANAGERS} managers"
            )
        )
    seen: set[Hashable] = set()
    for position, (manager, percent) in enumerate(shares):
        if manager in seen:
            errors.append(
                FieldError(f"{field}.{position}.manager_id", "twice", "技术经理人重复", "is named twice")
            )
        seen.add(manager)
        if not is_percentage(percent):
            errors.append(
                FieldError(
                    f"{field}.{position}.percent",
                    "range",
                    "应为 0.01–100，至多两位小数",
                    "must be 0.01–100 with at most two decimals",
                )
            )
    if not errors and (total := sum(percent for _, percent in shares)) != WHOLE:
        errors.append(
            FieldError(field, "sum", f"合计应为 100%，现为 {total}%", f"must add up to 100, not {total}")
        )
    if errors:
        raise Invalid(fields=errors)


def is_percentage(percent: Decimal) -> bool:
    """0 < percent ≤ 100 in steps of 0.01."""
    return percent.is_finite() and 0 < percent <= WHOLE and percent % STEP == 0


def split_amount(amount_wan: Decimal, shares: Mapping[Key, Decimal]) -> dict[Key, Decimal]:
    """Split an amount (万元, two decimals) by shares that add up to 100; the parts add up to the amount exactly.

    Largest remainder method: parts are rounded down to 0.01, then the remaining steps go, one each, to the largest
    remainders, with ties in the order of the keys. No part is off by 0.01 or more.
    """
    exact = {key: amount_wan * percent / WHOLE for key, percent in shares.items()}
    parts = {key: value - value % STEP for key, value in exact.items()}
    remaining = int((amount_wan - sum(parts.values())) / STEP)
    by_remainder = sorted(shares, key=lambda key: (-(exact[key] - parts[key]), list(shares).index(key)))
    for key in by_remainder[:remaining]:
        parts[key] += STEP
    return parts
