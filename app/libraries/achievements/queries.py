"""Filters and sorts of the list of achievements, besides the common ones."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated

from pydantic import Field
from sqlalchemy import func, literal
from sqlalchemy.sql import ColumnElement

from app.accounts.access.principal import Principal
from app.libraries.achievements.models import Achievement
from app.libraries.http.filters import ModeFilters, require_details
from app.libraries.http.listing import ListingRules
from app.libraries.validation.values.money import Wan
from app.libraries.visibility.price_bands import MoneyBand, in_price_band
from app.paging import Sort


class AchievementFilters(ModeFilters):
    """Query parameters of the list of achievements."""

    trl_min: Annotated[int, Field(ge=1, le=9)] | None = Field(None, title="最低成熟度")
    trl_max: Annotated[int, Field(ge=1, le=9)] | None = Field(None, title="最高成熟度")
    price_band: MoneyBand | None = Field(None, title="价格区间")
    price_max: Wan | None = Field(None, title="价格上限", description="万元，含面议；须登录")


def conditions(filters: AchievementFilters, principal: Principal) -> Iterator[ColumnElement[bool]]:
    """The filters as SQL conditions.

    Raises:
        Unauthenticated: an anonymous reader filters by exact amounts.
        Forbidden: a reader of an unverified organisation does.
    """
    if filters.trl_min is not None:
        yield Achievement.trl >= filters.trl_min
    if filters.trl_max is not None:
        yield Achievement.trl <= filters.trl_max
    if filters.price_band is not None:
        yield in_price_band(filters.price_band, Achievement.price_min_wan, Achievement.price_max_wan)
    if filters.price_max is not None:
        require_details(principal, "price_max")
        lowest = func.coalesce(Achievement.price_min_wan, Achievement.price_max_wan)
        yield lowest.is_(None) | (lowest <= filters.price_max)


_PRICE = func.coalesce(Achievement.price_min_wan, Achievement.price_max_wan, literal(Decimal(0)))

LISTING = ListingRules(
    filters=AchievementFilters,
    conditions=conditions,
    sorts={
        "price": Sort(_PRICE, Decimal),
        "-price": Sort(_PRICE, Decimal, descending=True),
        "-trl": Sort(func.coalesce(Achievement.trl, 0), int, descending=True),
    },
    member_sorts=("price", "-price"),
)
