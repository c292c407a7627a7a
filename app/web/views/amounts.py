"""Numbers as people read them, and as widths of drawings."""

from decimal import Decimal


def wan(value: Decimal | float | str | None) -> str:
    """An amount in 万元： two decimals, thousands apart; an absent one is a dash."""
    return "–" if value is None or value == "" else f"{Decimal(str(value)):,.2f}"


def share(part: float | Decimal | None, whole: float | Decimal | None, width: float = 100) -> float:
    """The part of a whole as a length of at most `width`, for drawings; nothing of nothing is 0."""
    if not part or not whole:
        return 0.0
    return round(max(0.0, min(float(part) / float(whole), 1.0)) * width, 2)
