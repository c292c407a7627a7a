"""The figures of the page: which lines each has, what its picture shows, and the columns of its table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.database import ReadSession
from app.statistics.figures import demands, engagements, network, pushes
from app.statistics.query import StatisticsQuery
from app.statistics.schemas import (
    ContractLine,
    GapLine,
    LoadLine,
    ReasonLine,
    ResponseLine,
    ScoreBandLine,
    StageLine,
    StepLine,
)
from app.web.bureau.figures.cell_links import CellLinks, name_of, text_of
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.views.tables import TableColumn, TableRow, TableView

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class DescribedFigure:
    """A figure.

    Attributes:
        statement: what the picture says.
        made: the figure, and the titled lines of its tables for a file; the first is drawn.
        value: the attribute that the picture shows.
        columns: label and attribute.
        reasons: the title of a second table, of reasons and how often each was given.
    """

    label: str
    statement: str
    unit: str
    picture: str
    made: Callable[[ReadSession, StatisticsQuery], tuple[Any, list[tuple[str, type[Any], Sequence[Any]]]]]
    value: str
    columns: tuple[tuple[str, str], ...]
    reasons: str = ""


def _funnel(session: ReadSession, criteria: StatisticsQuery) -> tuple[Any, list[Any]]:
    figure = demands.funnel(session, criteria, None)
    return figure, [("漏斗", StepLine, figure.steps), ("终止原因", ReasonLine, figure.ended)]


def _stages(session: ReadSession, criteria: StatisticsQuery) -> tuple[Any, list[Any]]:
    figure = engagements.stage_times(session, criteria)
    return figure, [("各阶段用时", StageLine, figure.stages)]


def _contracts(session: ReadSession, criteria: StatisticsQuery) -> tuple[Any, list[Any]]:
    figure = engagements.contracts_by_month(session, criteria)
    return figure, [("技术合同", ContractLine, figure.groups)]


def _gaps(session: ReadSession, criteria: StatisticsQuery) -> tuple[Any, list[Any]]:
    figure = demands.gaps(session, criteria)
    return figure, [("供需缺口", GapLine, figure.fields)]


def _pushes(session: ReadSession, criteria: StatisticsQuery) -> tuple[Any, list[Any]]:
    figure = pushes.pushes(session, criteria, pushes.PushGroup.MONTH)
    return figure, [("推送", ResponseLine, figure.groups), ("谢绝原因", ReasonLine, figure.reasons)]


def _reliability(session: ReadSession, criteria: StatisticsQuery) -> tuple[Any, list[Any]]:
    figure = network.reliability(session, criteria)
    return figure, [("分数的可靠性", ScoreBandLine, figure.bands)]


def _load(session: ReadSession, criteria: StatisticsQuery) -> tuple[Any, list[Any]]:
    figure = network.loads(session, criteria)
    return figure, [("经理人负荷", LoadLine, figure.managers)]


FIGURES: Mapping[str, DescribedFigure] = {
    "funnel": DescribedFigure(
        _("从需求到落地"),
        _("期间内发布的需求目前到达的步骤"),
        _("项需求"),
        "funnel",
        _funnel,
        "count",
        ((_("需求数"), "count"), (_("占发布数"), "of_published"), (_("占上一步"), "of_previous")),
        _("对接的终止原因"),
    ),
    "stage-times": DescribedFigure(
        _("各阶段用时"),
        _("对接在各阶段停留的天数（中位数）"),
        _("天"),
        "bars",
        _stages,
        "median_days",
        (
            (_("已结束"), "finished"),
            (_("平均天数"), "mean_days"),
            (_("中位天数"), "median_days"),
            (_("90% 分位天数"), "p90_days"),
            (_("仍在本阶段"), "ongoing"),
        ),
    ),
    "contracts": DescribedFigure(
        _("技术合同"),
        _("各月签订的合同成交额"),
        _("万元"),
        "columns",
        _contracts,
        "deal_amount_wan",
        (
            (_("合同数"), "count"),
            (_("成交额（万元）"), "deal_amount_wan"),
            (_("技术交易额（万元）"), "technology_amount_wan"),
            (_("在济落地"), "landed"),
            (_("已撤销"), "cancelled"),
        ),
    ),
    "gaps": DescribedFigure(
        _("供需缺口"),
        _("各领域尚无良好匹配的需求"),
        _("项需求"),
        "bars",
        _gaps,
        "without_good",
        (
            (_("需求数"), "demands"),
            (_("尚无良好匹配"), "without_good"),
            (_("成果成熟度均不足"), "too_immature"),
            (_("成果数"), "achievements"),
            (_("无人需要的成果"), "unwanted"),
        ),
    ),
    "pushes": DescribedFigure(
        _("推送与答复"),
        _("各月的推送"),
        _("项推送"),
        "columns",
        _pushes,
        "got",
        (
            (_("推送数"), "got"),
            (_("已读"), "read"),
            (_("接受"), "accepted"),
            (_("婉拒"), "declined"),
            (_("待答复"), "waiting"),
            (_("未答复"), "unanswered"),
            (_("已取消"), "cancelled"),
        ),
        _("婉拒的原因"),
    ),
    "reliability": DescribedFigure(
        _("分数的可靠性"),
        _("匹配分越高，推送是否越常被接受（各分数段的接受率）"),
        _("占已答复"),
        "bars",
        _reliability,
        "accepted_share",
        (
            (_("已答复"), "answered"),
            (_("接受"), "accepted"),
            (_("平均匹配分"), "mean_score"),
            (_("接受率"), "accepted_share"),
        ),
    ),
    "load": DescribedFigure(
        _("经理人负荷"),
        _("已发布的技术经理人目前的占用率，最满的在前"),
        _("在办 ÷ 上限"),
        "bars",
        _load,
        "used",
        (
            (_("在办上限"), "capacity"),
            (_("在办"), "open"),
            (_("待答复推送"), "pending"),
            (_("占用率"), "used"),
        ),
    ),
}
"""By their parts of the address."""

REASONS = ((_("数量"), "count"),)
"""The columns of a table of reasons."""


def items_of(
    figure: DescribedFigure, lines: Sequence[Any], cells: CellLinks
) -> list[tuple[str, float, str, str | None]]:
    """Name, length, text and address of each part of the picture."""
    return [
        (
            name_of(line),
            float(getattr(line, figure.value) or 0),
            text_of(figure.value, getattr(line, figure.value)),
            cells.address(line, figure.value),
        )
        for line in lines[:_SHOWN]
    ]


def table_of(
    label: str, columns: Sequence[tuple[str, str]], lines: Sequence[Any], cells: CellLinks
) -> TableView:
    """The table of lines; each number leads to the rows that it counts."""
    heads = [TableColumn(translate(_("名称")))]
    heads += [TableColumn(translate(head), "number") for head, _attribute in columns]
    rows = [
        TableRow((name_of(line), *(cells.linked(line, attribute) for _head, attribute in columns)))
        for line in lines
    ]
    return TableView(translate(label), heads, rows, hides_caption=True)
