"""Price bands: public ranges shown to anonymous readers instead of the exact budget or price."""

from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func
from sqlalchemy.sql import ColumnElement

from app.libraries.record.enums import LabelledEnum


class MoneyBand(LabelledEnum):
    """Price bands in 万元. The upper end of a range, or its only end, decides the band.

    The lower bound of a band is inclusive, its upper bound exclusive.
    """

    NEGOTIABLE = "negotiable", "面议", "Negotiable"
    BELOW_20 = "below_20", "20 万元以下", "Below 0.2 million yuan"
    FROM_20 = "from_20", "20–50 万元", "0.2–0.5 million yuan"
    FROM_50 = "from_50", "50–100 万元", "0.5–1 million yuan"
    FROM_100 = "from_100", "100–500 万元", "1–5 million yuan"
    FROM_500 = "from_500", "500 万元以上", "5 million yuan and more"


_BOUNDS: dict[MoneyBand, tuple[Decimal, Decimal | None]] = {
    MoneyBand.BELOW_20: (Decimal(0), Decimal(20)),
    MoneyBand.FROM_20: (Decimal(20), Decimal(50)),
    MoneyBand.FROM_50: (Decimal(50), Decimal(100)),
    MoneyBand.FROM_100: (Decimal(100), Decimal(500)),
    MoneyBand.FROM_500: (Decimal(500), None),
}


def price_band(minimum: Decimal | None, maximum: Decimal | None) -> MoneyBand:
    """The band of a price range in 万元; negotiable (面议) if both ends are None."""
    amount = minimum if maximum is None else maximum
    if amount is None:
        return MoneyBand.NEGOTIABLE
    return next(
        name for name, (low, high) in _BOUNDS.items() if low <= amount and (high is None or amount < high)
    )


def in_price_band(band: MoneyBand, minimum: Any, maximum: Any) -> ColumnElement[bool]:
    """`price_band` as an SQL condition on the two columns."""
    amount = func.coalesce(maximum, minimum)
    if band is MoneyBand.NEGOTIABLE:
        negotiable: ColumnElement[bool] = amount.is_(None)
        return negotiable
    low, high = _BOUNDS[band]
    return amount >= low if high is None else and_(amount >= low, amount < high)
