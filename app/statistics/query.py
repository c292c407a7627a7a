"""Criteria of a statistics request, and the rules that decide who sees which figures.

Operators see all figures and all rows. Others see figures of the whole city for one calendar year, without filters and
with small cells suppressed (`small_cell_suppression`), because the difference between two overlapping periods or
filters could reveal suppressed counts. They see figures of their own rows (`scope=own`) exactly, with any filter, and
with drill-down to the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query

from app.accounts.access.permissions import Action, CurrentPrincipal, require
from app.accounts.access.principal import Principal
from app.clock import ONE_DAY, local_now
from app.database import ReadSession
from app.errors import Forbidden, Invalid
from app.libraries.validation.values.codes import CodeOf
from app.libraries.validation.values.dates import Day
from app.pushes.policy import current_policy
from app.pushes.preferences.working_time import at
from app.services import AllServices
from app.settings import Settings

EARLIEST, LATEST = 2000, 2099


class Scope(StrEnum):
    """The rows that a figure counts: all, or the reader's own."""

    CITY = "city"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsQuery:
    """`first` and `last` are days in Jinan time, inclusive; `field` is first-level; `region` includes subregions.

    `threshold` is the score (0–1) from which a pair is good; counts below `min_cell` are suppressed for others than
    operators.
    """

    principal: Principal
    first: date
    last: date
    field: str | None = None
    region: str | None = None
    scope: Scope = Scope.CITY
    threshold: float
    min_cell: int

    @property
    def since(self) -> datetime:
        return at(self.first)

    @property
    def until(self) -> datetime:
        """The end of the period, exclusive."""
        return at(self.last + ONE_DAY)

    @property
    def includes_all(self) -> bool:
        """Whether all rows count, not only the principal's own."""
        return self.principal.sees_everything or self.scope is Scope.CITY

    @property
    def suppresses(self) -> bool:
        """Whether small cells are suppressed and rows withheld."""
        return self.scope is Scope.CITY and not self.principal.sees_everything

    def rows(self, figure: str, **parameters: str | Sequence[str] | None) -> str | None:
        """The path of the rows of one cell; None if the principal may not see them."""
        if self.suppresses:
            return None
        criteria = {
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "field": self.field,
            "region": self.region,
            **parameters,
        }
        return f"/v1/statistics/{figure}/rows?" + urlencode(
            {name: value for name, value in criteria.items() if value is not None},
            doseq=True,
        )

    def require_publishable_form(self) -> None:
        """
        Raises:
            Forbidden: the reader may see figures of the city only for a calendar year and without filters.
        """
        whole_year = (self.first, self.last) == (date(self.first.year, 1, 1), date(self.first.year, 12, 31))
        if self.suppresses and not (whole_year and self.field is None and self.region is None):
            raise Forbidden(
                "Figures of the whole city are available only for one calendar year and without filters. "
                "Use scope=own for figures of your own rows.",
                "全市数据仅按整个自然年提供，不支持筛选；查询本单位或本人的数据，请使用 scope=own。",
                code="city_by_years",
            )


def operators_only(criteria: StatisticsQuery, what_zh: str, what_en: str) -> None:
    """
    Raises:
        Forbidden: only operators may see this part of a figure of the whole city.
    """
    if criteria.suppresses:
        raise Forbidden(
            f"{what_en} of the whole city is available only to operators. Use scope=own for your own rows.",
            f"全市数据的{what_zh}仅管理部门可见；查询本单位或本人的数据，请使用 scope=own。",
            code="bureau_only",
        )


def require_operator(criteria: StatisticsQuery) -> None:
    """
    Raises:
        Forbidden: only operators may see these rows.
    """
    if not criteria.principal.sees_everything:
        raise Forbidden(
            "These rows are available only to operators.", "此明细仅管理部门可见。", code="bureau_only"
        )


From = Annotated[Day | None, Query(alias="from", description="起始日（北京时间，含）；缺省为今年 1 月 1 日")]
To = Annotated[Day | None, Query(alias="to", description="截止日（北京时间，含）；缺省为起始年 12 月 31 日")]
Field = Annotated[Annotated[str, CodeOf("hightech_fields")] | None, Query(description="一级高新技术领域")]
Region = Annotated[Annotated[str, CodeOf("regions")] | None, Query(description="地区，含下级地区")]


def read_query(
    services: AllServices,
    principal: CurrentPrincipal,
    session: ReadSession,
    first: From = None,
    last: To = None,
    field: Field = None,
    region: Region = None,
) -> StatisticsQuery:
    """The criteria of a route of rows: operators see all rows, others their own.

    Raises:
        Unauthenticated, Forbidden: the principal may not see statistics.
        Invalid: the period or field is invalid.
    """
    require(principal, Action.STATISTICS_READ)
    first, last = _period(first, last)
    if field is not None and len(field) != 2:
        raise Invalid.field("field", "first_level", "应为一级领域（两位代码）", "must be a first-level field")
    return StatisticsQuery(
        principal=principal,
        first=first,
        last=last,
        field=field,
        region=region,
        scope=Scope.CITY if principal.sees_everything else Scope.OWN,
        threshold=current_policy(session, services).threshold,
        min_cell=services[Settings].statistics_min_cell,
    )


def _period(first: date | None, last: date | None) -> tuple[date, date]:
    """First and last day; by default this year, or the year of the first day."""
    first = first or date(local_now().year, 1, 1)
    if not EARLIEST <= first.year <= LATEST:
        raise Invalid.field(
            "from", "range", f"应在 {EARLIEST}–{LATEST} 年间", f"must be in the years {EARLIEST}–{LATEST}"
        )
    last = last or date(first.year, 12, 31)
    if not first <= last <= date(LATEST, 12, 31):
        raise Invalid.field(
            "to",
            "period",
            f"不得早于起始日，且不得晚于 {LATEST} 年",
            f"must not be before from, nor after {LATEST}",
        )
    return first, last


Criteria = Annotated[StatisticsQuery, Depends(read_query)]


def with_scope(
    criteria: Criteria,
    scope: Annotated[Scope, Query(description="city 全市 own 本单位或本人；对管理部门均为全市")] = Scope.CITY,
) -> StatisticsQuery:
    """The criteria of a figure.

    Raises:
        Forbidden: see `StatisticsQuery.require_publishable_form`.
    """
    city = criteria.principal.sees_everything or scope is Scope.CITY
    scoped = StatisticsQuery(
        **{name: getattr(criteria, name) for name in StatisticsQuery.__slots__ if name != "scope"},
        scope=Scope.CITY if city else Scope.OWN,
    )
    scoped.require_publishable_form()
    return scoped


ScopedCriteria = Annotated[StatisticsQuery, Depends(with_scope)]
