"""Catalogue of achievements, list of demands (榜单) and roll of managers, for the public or for verified members.

Both see what a page would show them; contacts are never among it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

from app.accounts.access.principal import ANONYMOUS, Principal
from app.accounts.models import Role
from app.clock import today
from app.database import Database
from app.exchange.columns import cells
from app.exchange.columns.cells import Cell
from app.exchange.out.lists import record_bodies
from app.exchange.out.official.sheet import OfficialTable
from app.libraries.http.filters import RecordFilters
from app.libraries.lists import LISTINGS
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.search.synonyms import Synonyms

Body = Mapping[str, Any]
_MEMBER = Principal(role=Role.INVESTOR, verified=True)
"""A reader of a verified organisation that owns nothing."""


class ListAudience(StrEnum):
    """For whom a list is: anybody, or members of verified organisations."""

    PUBLIC = "public"
    MEMBERS = "members"

    @property
    def reader(self) -> Principal:
        """A reader of this audience."""
        return ANONYMOUS if self is ListAudience.PUBLIC else _MEMBER


def catalogue(database: Database, synonyms: Synonyms, audience: ListAudience) -> OfficialTable:
    """The published achievements."""
    columns = (
        ("成果名称", 34, lambda body: body.get("title")),
        ("完成单位", 26, _owner),
        ("技术领域", 20, lambda body: cells.terms("hightech_fields", body.get("fields"))),
        ("成熟度", 9, lambda body: cells.level(body.get("trl"))),
        ("转化方式", 20, lambda body: cells.terms("transfer_modes", body.get("transfer_modes"))),
        ("成果简介", 48, lambda body: body.get("summary")),
        ("所在地区", 14, lambda body: cells.region(body.get("region"))),
    )
    bodies = _published(database, RecordKind.ACHIEVEMENT, synonyms, audience)
    return _table("可转化科技成果目录", columns, bodies)


def demand_list(database: Database, synonyms: Synonyms, audience: ListAudience) -> OfficialTable:
    """The published demands (榜单), without contacts."""
    columns = (
        ("榜单（需求）名称", 34, lambda body: body.get("title")),
        ("发榜单位", 26, _owner),
        ("技术领域", 20, lambda body: cells.terms("hightech_fields", body.get("fields"))),
        ("需求内容", 48, lambda body: body.get("main_problem")),
        ("主要指标", 30, lambda body: cells.joined(body.get("indicator_names") or ())),
        (
            "榜单金额（万元）",
            14,
            lambda body: cells.amount_range(body.get("budget_min_wan"), body.get("budget_max_wan")),
        ),
        ("截止时间", 12, lambda body: body.get("deadline")),
        ("合作方式", 20, lambda body: cells.terms("transfer_modes", body.get("cooperation_modes"))),
    )
    bodies = _published(database, RecordKind.DEMAND, synonyms, audience)
    return _table("技术需求榜单", columns, bodies)


def manager_roll(database: Database, synonyms: Synonyms, audience: ListAudience) -> OfficialTable:
    """The published managers."""
    columns = (
        ("姓名", 12, lambda body: body.get("title")),
        ("工作单位", 28, lambda body: cells.joined(body.get("affiliation_names") or ())),
        (
            "证书等级",
            10,
            lambda body: cells.term("certificate_levels", body.get("certificate_level")),
        ),
        ("专/兼职", 9, lambda body: cells.yes(body.get("full_time"), ("专职", "兼职"))),
        ("从业年限", 10, lambda body: body.get("years")),
        ("服务领域", 26, lambda body: cells.terms("hightech_fields", body.get("fields"))),
        ("服务区域", 22, lambda body: cells.regions(body.get("regions"))),
        ("备案号", 16, lambda body: body.get("filing_number")),
        ("人才认定", 10, lambda body: body.get("recognised_tier")),
    )
    bodies = _published(database, RecordKind.MANAGER, synonyms, audience)
    return _table("技术经理人名册", columns, bodies)


_Columns = Sequence[tuple[str, int, Callable[[Body], Cell]]]


def _table(title: str, columns: _Columns, bodies: Iterator[Body]) -> OfficialTable:
    rows: list[list[Cell]] = [
        [number, *(cell(body) for _, _, cell in columns)] for number, body in enumerate(bodies, 1)
    ]
    return OfficialTable(
        title=title,
        unit="",
        as_of=f"截至日期：{today()}",
        header=[("", "序号"), *(("", name) for name, _, _ in columns)],
        rows=rows,
        total=["合计", f"{len(rows)} 条", *([""] * (len(columns) - 1))],
        widths=(7, *(width for _, width, _ in columns)),
    )


def _owner(body: Body) -> Cell:
    """The owner, or the alias of a confidential record."""
    found: str | None = body.get("owner_name") or body.get("public_alias")
    return found


def _published(
    database: Database, kind: RecordKind, synonyms: Synonyms, audience: ListAudience
) -> Iterator[Body]:
    filters: RecordFilters = LISTINGS[kind].filters(state=[RecordState.PUBLISHED])
    return record_bodies(database, kind, filters, principal=audience.reader, synonyms=synonyms)
