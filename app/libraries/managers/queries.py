"""Filters and sorts of the list of managers, besides the common ones."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import func
from sqlalchemy.sql import ColumnElement

from app.accounts.access.principal import Principal
from app.libraries.http.filters import RecordFilters, has_code
from app.libraries.http.listing import ListingRules
from app.libraries.managers.models import Manager
from app.libraries.record.enums import CertificateLevel
from app.libraries.validation.values.codes import CodesOf
from app.paging import Sort


class ManagerFilters(RecordFilters):
    """Query parameters of the list of managers."""

    certificate_min: CertificateLevel | None = Field(None, title="证书等级不低于")
    speaks: Annotated[list[str], CodesOf("languages", 0, 10)] = Field([], title="工作语言")
    tier: list[Literal["C", "D", "E"]] = Field([], title="人才类别", description="最近一次公布的认定，可多选")
    years_min: Annotated[int, Field(ge=0, le=60)] | None = Field(None, title="从业年限不少于")


def conditions(filters: ManagerFilters, _: Principal) -> Iterator[ColumnElement[bool]]:
    """The filters as SQL conditions."""
    if filters.certificate_min is not None:
        levels = [level.value for level in CertificateLevel if level.rank >= filters.certificate_min.rank]
        yield Manager.certificate_level.in_(levels)
    if filters.speaks:
        yield has_code(Manager, "language", filters.speaks)
    if filters.tier:
        yield Manager.recognised_tier.in_(filters.tier)
    if filters.years_min is not None:
        yield Manager.years >= filters.years_min


LISTING = ListingRules(
    filters=ManagerFilters,
    conditions=conditions,
    sorts={
        "-years": Sort(func.coalesce(Manager.years, 0), int, descending=True),
    },
)
