"""The share rule, pure: what several managers get of one project, in percent with two decimals, adds up to 100."""

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from app.errors import FieldError, Invalid

Key = TypeVar("Key", bound=Hashable)

WHOLE = Decimal("100.00")
STEP = Decimal("0.01")
MOST_MANAGERS = 20


def check_shares(shares: Sequence[tuple[Hashable, Decimal]], *, field: str = "shares") -> None:
    """
    Raises:
        Invalid: nobody or too many, a manager twice, a part that is not 0.01–100 in steps of 0.01, or another sum
            than 100. Names every wrong entry.
    """
    errors: list[FieldError] = []
    if not 1 <= len(shares) <= MOST_MANAGERS:
        errors.append(
            FieldError(
                field, "count", f"应有 1–{MOST_MANAGERS} 位技术经理人", f"name 1–{MOST_MANAGERS} managers"
            )
        )
    seen: set[Hashable] = set()
    for position, (manager, percent) in enumerate(shares):
        if manager in seen:
            errors.append(
                FieldError(f"{field}.{position}.manager_id", "twice", "同一经理人重复", "named twice")
            )
        seen.add(manager)
        if not is_part(percent):
            errors.append(
                FieldError(
                    f"{field}.{position}.percent",
                    "range",
                    "应为 0.01–100,至多两位小数",
                    "must be 0.01–100 with at most two decimals",
                )
            )
    if not errors and (total := sum(percent for _, percent in shares)) != WHOLE:
        errors.append(
            FieldError(field, "sum", f"合计应为 100%,现为 {total}%", f"must add up to 100, not {total}")
        )
    if errors:
        raise Invalid(fields=errors)


def is_part(percent: Decimal) -> bool:
    """0 < percent ≤ 100 in steps of 0.01."""
    return percent.is_finite() and 0 < percent <= WHOLE and percent % STEP == 0


def split_amount(amount_wan: Decimal, shares: Mapping[Key, Decimal]) -> dict[Key, Decimal]:
    """An amount (万元, two decimals) by shares that add up to 100; the parts add up to the amount exactly.

    Rounded down to 0.01 first; what is left over goes, one step each, to the largest remainders, ties by the order of
    the keys. So nobody is off by 0.01 or more, and no 0.01 is made or lost.
    """
    exact = {key: amount_wan * percent / WHOLE for key, percent in shares.items()}
    parts = {key: value - value % STEP for key, value in exact.items()}
    left = int((amount_wan - sum(parts.values())) / STEP)
    by_remainder = sorted(shares, key=lambda key: (-(exact[key] - parts[key]), list(shares).index(key)))
    for key in by_remainder[:left]:
        parts[key] += STEP
    return parts
