"""What somebody asks statistics for, and what of it he may: the one place that says who sees whose figures.

The bureau sees all figures and all rows. Others see figures of the whole city for one calendar year, without filters
and with small cells hidden (see ``hiding``): two periods or filters that overlap would tell, by their difference, what
neither tells. Figures of their own rows (`scope=own`) they see exactly, filtered as they like, down to the rows.
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
from app.clock import local_now
from app.database import ReadSession
from app.errors import FieldError, Forbidden, Invalid
from app.libraries.validation.values.codes import CodeOf
from app.pushes.policy import current_policy
from app.pushes.preferences.working_time import ONE_DAY, at
from app.services import AllServices
from app.settings import Settings

EARLIEST, LATEST = 2000, 2099


class Scope(StrEnum):
    """Whose rows a figure counts."""

    CITY = "city"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsQuery:
    """`first` and `last` are days in Jinan, both counted; `field` is of the first level; `region` covers those below.

    `threshold` is the score (0–1) from which a pair is good; `least` the count below which others' cells are hidden.
    """

    principal: Principal
    first: date
    last: date
    field: str | None = None
    region: str | None = None
    scope: Scope = Scope.CITY
    threshold: float
    least: int

    @property
    def since(self) -> datetime:
        return at(self.first)

    @property
    def until(self) -> datetime:
        """The first moment after the period."""
        return at(self.last + ONE_DAY)

    @property
    def everything(self) -> bool:
        """Whether all rows count, or only the principal's own."""
        return self.principal.sees_everything or self.scope is Scope.CITY

    @property
    def hides(self) -> bool:
        """Whether small cells are hidden: others' rows of which the principal sees none."""
        return self.scope is Scope.CITY and not self.principal.sees_everything

    def rows(self, figure: str, **which: str | Sequence[str] | None) -> str | None:
        """Where the rows of one cell are; None where the principal may not see them."""
        if self.hides:
            return None
        asked = {
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "field": self.field,
            "region": self.region,
            **which,
        }
        return f"/v1/statistics/{figure}/rows?" + urlencode(
            {name: value for name, value in asked.items() if value is not None},
            doseq=True,
        )

    def require_published_form(self) -> None:
        """
        Raises:
            Forbidden: the figures of the city are not shown to this reader for such a period or with filters.
        """
        whole_year = (self.first, self.last) == (date(self.first.year, 1, 1), date(self.first.year, 12, 31))
        if self.hides and not (whole_year and self.field is None and self.region is None):
            raise Forbidden(
                "Figures of the whole city are shown for one calendar year and without filters; "
                "ask with scope=own for figures of your own rows.",
                "全市数据仅按整个自然年提供,不支持筛选;查询本单位或本人的数据请使用 scope=own。",
                code="city_by_years",
            )


def operators_only(asked: StatisticsQuery, what_zh: str, what_en: str) -> None:
    """
    Raises:
        Forbidden: this part of a figure of the whole city is shown to the bureau alone.
    """
    if asked.hides:
        raise Forbidden(
            f"{what_en} of the whole city is shown to the bureau alone; ask with scope=own.",
            f"全市数据的{what_zh}仅管理部门可见;查询本单位或本人的数据请使用 scope=own。",
            code="bureau_only",
        )


def require_operator(asked: StatisticsQuery) -> None:
    """
    Raises:
        Forbidden: nobody but the bureau has rows of this kind here.
    """
    if not asked.principal.sees_everything:
        raise Forbidden(
            "These rows are shown to the bureau alone.", "此明细仅管理部门可见。", code="bureau_only"
        )


From = Annotated[date | None, Query(alias="from", description="起始日(北京时间,含);缺省为今年 1 月 1 日")]
To = Annotated[date | None, Query(alias="to", description="截止日(北京时间,含);缺省为起始年 12 月 31 日")]
Field = Annotated[Annotated[str, CodeOf("hightech_fields")] | None, Query(description="一级高新技术领域")]
Region = Annotated[Annotated[str, CodeOf("regions")] | None, Query(description="地区,含其下")]


def read_query(
    services: AllServices,
    principal: CurrentPrincipal,
    session: ReadSession,
    first: From = None,
    last: To = None,
    field: Field = None,
    region: Region = None,
) -> StatisticsQuery:
    """For routes of rows: others than the bureau see their own.

    Raises:
        Unauthenticated, Forbidden: he may see no statistics.
        Invalid: no such period or field.
    """
    require(principal, Action.STATISTICS_READ)
    first = first or date(local_now().year, 1, 1)
    if not EARLIEST <= first.year <= LATEST:
        raise Invalid.field("from", "range", f"应在 {EARLIEST}–{LATEST} 年间", f"{EARLIEST}–{LATEST} only")
    last = last or date(first.year, 12, 31)
    if not first <= last <= date(LATEST, 12, 31):
        raise Invalid(fields=[FieldError("to", "period", "不得早于起始日", "must not be before from")])
    if field is not None and len(field) != 2:
        raise Invalid.field("field", "first_level", "应为一级领域(两位代码)", "must be a first-level field")
    return StatisticsQuery(
        principal=principal,
        first=first,
        last=last,
        field=field,
        region=region,
        scope=Scope.CITY if principal.sees_everything else Scope.OWN,
        threshold=current_policy(session, services).threshold,
        least=services[Settings].statistics_min_cell,
    )


Asking = Annotated[StatisticsQuery, Depends(read_query)]


def with_scope(
    asked: Asking,
    scope: Annotated[Scope, Query(description="city 全市 own 本单位或本人;对管理部门均为全市")] = Scope.CITY,
) -> StatisticsQuery:
    """For figures.

    Raises:
        Forbidden: see `StatisticsQuery.require_published_form`.
    """
    wanted = asked.principal.sees_everything or scope is Scope.CITY
    found = StatisticsQuery(
        **{name: getattr(asked, name) for name in StatisticsQuery.__slots__ if name != "scope"},
        scope=Scope.CITY if wanted else Scope.OWN,
    )
    found.require_published_form()
    return found


AskingScope = Annotated[StatisticsQuery, Depends(with_scope)]
