"""Page `/bureau/statistics/…/rows`: the rows that a number of a figure counts, each with the way to its record."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import ReadSession
from app.engagements.contracts.schemas import ContractRead
from app.engagements.schemas import EngagementRow
from app.errors import NotFound
from app.libraries.summaries import RecordSummary
from app.services import AllServices
from app.statistics.rows.cells import PARAMETERS, CellRows, RowKind, rows_of_cell, step_words
from app.statistics.schemas import DemandReached, PushRoundRead, StageStay
from app.web.bureau.figures.described import FIGURES
from app.web.bureau.figures.pages import criteria_of
from app.web.bureau.lists.rows import Cursor, Text, next_address, place
from app.web.i18n import language_now, translate
from app.web.i18n import mark as _
from app.web.page import CurrentPage
from app.web.renderer import day, moment, pick, term_label
from app.web.views.amounts import wan
from app.web.views.record_sheet import regions
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

_OUTCOMES: Mapping[str, str] = {
    "accepted": _("已接受"),
    "declined": _("已婉拒"),
    "waiting": _("待答复"),
    "unanswered": _("未答复"),
    "cancelled": _("已取消"),
}
_RECORDS = {"demand": "/demands", "achievement": "/achievements", "manager": "/managers"}


@router.get("/bureau/statistics/{figure}/rows", name="statistics_rows")
def cell_rows(
    page: CurrentPage,
    session: ReadSession,
    services: AllServices,
    figure: str,
    first: Text = "",
    last: Text = "",
    field: Text = "",
    cursor: Cursor = None,
) -> Response:
    """The rows of one cell. `from` and `to` are its own period where that is shorter than the figure's."""
    if figure not in FIGURES:
        raise NotFound
    asked = page.request.query_params
    criteria = criteria_of(
        page, session, services, asked.get("from") or first, asked.get("to") or last, field
    )
    found = rows_of_cell(session, criteria, place(cursor), figure, asked)
    whole = page.with_query(**dict.fromkeys((*PARAMETERS, "from", "to", "cursor", "line")))
    return page.show(
        "bureau/statistics_rows.html",
        figure=FIGURES[figure],
        back=whole.replace("/rows", "", 1),
        what=pick(*found.words),
        line=asked.get("line", "")[:80],
        first=criteria.first,
        last=criteria.last,
        table=_table(found),
        next=next_address(page, found.next_cursor),
    )


def _table(found: CellRows) -> TableView:
    labels, row = _KINDS[found.kind]
    return TableView(
        translate(_("明细")),
        [TableColumn(translate(label), "short" if label in _UNBROKEN else "text") for label in labels],
        [row(one) for one in found.items],
        hides_caption=True,
    )


def _address(record: RecordSummary) -> str:
    return f"{_RECORDS[record.kind]}/{record.number}"


def _record(one: RecordSummary) -> TableRow:
    fields = translate(_("、")).join(term_label("hightech_fields", code) for code in one.fields or ())
    return TableRow(
        (one.title or one.number, one.owner_name or one.public_alias or "–", fields or "–", _region(one)),
        _address(one),
        one.number if one.title else "",
    )


def _region(one: RecordSummary) -> str:
    return regions(one.region) if one.region else "–"


def _demand(one: DemandReached) -> TableRow:
    row = _record(one.demand)
    return TableRow((*row.cells, pick(*step_words(one.step))), row.href, row.under)


def _engagement(one: EngagementRow) -> TableRow:
    return TableRow(
        (
            one.number,
            one.demand.title or one.demand.number,
            one.achievement.title or one.achievement.number,
            one.manager.name,
            term_label("engagement_end_reasons", one.ended_reason)
            if one.ended_reason
            else one.stage.label(language_now()),
            day(one.opened_at),
        ),
        f"/engagements/{one.id}",
    )


def _stay(one: StageStay) -> TableRow:
    engagement = one.engagement
    return TableRow(
        (
            engagement.number,
            engagement.demand.title or engagement.demand.number,
            engagement.manager.name,
            day(one.entered_at),
            day(one.left_at),
            "–" if one.days is None else f"{one.days:,.1f}",
        ),
        f"/engagements/{engagement.id}",
    )


def _contract(one: ContractRead) -> TableRow:
    return TableRow(
        (
            one.title,
            one.buyer_name or "–",
            one.seller_name or "–",
            wan(one.deal_amount_wan),
            day(one.signed_on),
            one.state.label(language_now()),
        ),
        f"/bureau/contracts/{one.id}",
        one.number,
    )


def _push(one: PushRoundRead) -> TableRow:
    return TableRow(
        (
            one.demand.title or one.demand.number,
            one.achievement.title or one.achievement.number,
            one.manager_name,
            translate(_OUTCOMES.get(one.outcome, one.outcome)),
            term_label("decline_reasons", one.reason) if one.reason else "–",
            moment(one.pushed_at),
        ),
        f"/bureau/matches/{one.demand.number}/{one.achievement.number}",
        translate(_("第 %(round)s 轮")) % {"round": one.round} if one.round > 1 else "",
    )


_UNBROKEN = frozenset(
    {
        _("地区"),
        _("最远一步"),
        _("技术经理人"),
        _("开始时间"),
        _("进入时间"),
        _("离开时间"),
        _("签订日期"),
        _("推送时间"),
    }
)
_RECORD_LABELS = (_("名称"), _("单位"), _("领域"), _("地区"))
_KINDS: Mapping[RowKind, tuple[tuple[str, ...], Callable[[Any], TableRow]]] = {
    RowKind.DEMAND: ((*_RECORD_LABELS, _("最远一步")), _demand),
    RowKind.RECORD: (_RECORD_LABELS, _record),
    RowKind.ENGAGEMENT: (
        (_("编号"), _("需求"), _("成果"), _("技术经理人"), _("阶段或终止原因"), _("开始时间")),
        _engagement,
    ),
    RowKind.STAY: (
        (_("编号"), _("需求"), _("技术经理人"), _("进入时间"), _("离开时间"), _("天数")),
        _stay,
    ),
    RowKind.CONTRACT: (
        (_("合同"), _("买方"), _("卖方"), _("成交额（万元）"), _("签订日期"), _("状态")),
        _contract,
    ),
    RowKind.PUSH: (
        (_("需求"), _("成果"), _("技术经理人"), _("结果"), _("原因"), _("推送时间")),
        _push,
    ),
}
