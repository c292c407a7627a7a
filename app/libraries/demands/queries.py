"""Filters and sorts of the list of demands, besides the common ones."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field
from sqlalchemy import func, literal
from sqlalchemy.sql import ColumnElement

from app.accounts.access.principal import Principal
from app.libraries.demands.models import Demand
from app.libraries.http.filters import ModeFilters, require_details
from app.libraries.http.listing import ListingRules
from app.libraries.validation.values.dates import Day
from app.libraries.validation.values.money import Wan
from app.libraries.visibility.price_bands import MoneyBand, in_price_band
from app.paging import Sort


class DemandFilters(ModeFilters):
    """Query parameters of the list of demands."""

    trl_min: Annotated[int, Field(ge=1, le=9)] | None = Field(
        None, title="成熟度不低于", description="只返回期望成熟度不低于此级的需求"
    )
    budget_band: MoneyBand | None = Field(None, title="预算区间")
    budget_min: Wan | None = Field(None, title="预算不低于", description="万元；须登录")
    budget_max: Wan | None = Field(None, title="预算不高于", description="万元；须登录")
    deadline_from: Day | None = Field(None, title="截止日期不早于")
    deadline_to: Day | None = Field(None, title="截止日期不晚于")


def conditions(filters: DemandFilters, principal: Principal) -> Iterator[ColumnElement[bool]]:
    """The filters as SQL conditions.

    Raises:
        Unauthenticated: an anonymous reader filters by exact amounts.
        Forbidden: a reader of an unverified organisation does.
    """
    if filters.trl_min is not None:
        yield Demand.min_trl >= filters.trl_min
    if filters.budget_band is not None:
        yield in_price_band(filters.budget_band, Demand.budget_min_wan, Demand.budget_max_wan)
    if filters.budget_min is not None:
        require_details(principal, "budget_min")
        yield func.coalesce(Demand.budget_max_wan, Demand.budget_min_wan) >= filters.budget_min
    if filters.budget_max is not None:
        require_details(principal, "budget_max")
        yield func.coalesce(Demand.budget_min_wan, Demand.budget_max_wan) <= filters.budget_max
    if filters.deadline_from is not None:
        yield Demand.deadline >= filters.deadline_from
    if filters.deadline_to is not None:
        yield Demand.deadline <= filters.deadline_to


_BUDGET = func.coalesce(Demand.budget_max_wan, Demand.budget_min_wan, literal(Decimal(0)))

LISTING = ListingRules(
    filters=DemandFilters,
    conditions=conditions,
    sorts={
        "deadline": Sort(func.coalesce(Demand.deadline, date.max), date),
        "budget": Sort(_BUDGET, Decimal),
        "-budget": Sort(_BUDGET, Decimal, descending=True),
    },
    member_sorts=("budget", "-budget"),
)
