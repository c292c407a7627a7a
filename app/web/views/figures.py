"""Statistics as pictures and tables: a hidden number is “fewer than 3”, never a bar."""

from dataclasses import dataclass
from decimal import Decimal

from app.statistics.city_figures import CityFigures
from app.web.i18n import language_now, translate
from app.web.i18n import mark as _
from app.web.views.amounts import wan
from app.web.views.tables import TableColumn, TableRow, TableView

Item = tuple[str, float, str, str | None]
"""Name, length, text and address of one part of a picture."""
SHOWN_FIELDS = 8


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing and the table of its numbers."""

    items: tuple[Item, ...]
    table: TableView


@dataclass(frozen=True, slots=True)
class FiguresView:
    """The pictures of `/figures`, and the sums above them."""

    sums: tuple[tuple[str, str, str], ...]
    funnel: Picture
    gaps: Picture
    months: Picture
    rules: tuple[tuple[str, str], ...]
    min_cell: int | None


def figures_view(figures: CityFigures) -> FiguresView:
    """The view of a year."""
    return FiguresView(
        sums=_sums(figures),
        funnel=_funnel(figures),
        gaps=_gaps(figures),
        months=_months(figures),
        rules=tuple((one.rule_zh, one.rule_en) for one in (figures.funnel, figures.gaps, figures.contracts)),
        min_cell=figures.funnel.min_cell,
    )


def count(value: int | None, min_cell: int | None) -> str:
    """A count; “not published” if it is suppressed: a larger one may give away a smaller one."""
    if value is not None:
        return f"{value:,}"
    return translate(_("不公布")) if min_cell else "–"


def amount(value: Decimal | None) -> str:
    """An amount in 万元; from 10,000 on in 亿元."""
    if value is None:
        return "–"
    if value >= 10_000:
        return translate(_("%(amount)s 亿元")) % {"amount": f"{value / 10_000:,.2f}"}
    return translate(_("%(amount)s 万元")) % {"amount": wan(value)}


def counted(label: str, value: int | None, unit: str, min_cell: int | None) -> tuple[str, str, str]:
    """A sum: its name, its number and its unit, which is left out if the number is not published."""
    return label, count(value, min_cell), "" if value is None else unit


def _sums(figures: CityFigures) -> tuple[tuple[str, str, str], ...]:
    steps = {line.key: line for line in figures.funnel.steps}
    total, cell, unit = figures.contracts.total, figures.funnel.min_cell, translate(_("项"))
    return (
        counted(translate(_("发布需求")), steps["published"].count, unit, cell),
        counted(translate(_("找到良好匹配")), steps["matched"].count, unit, cell),
        counted(translate(_("进入对接")), steps["accepted"].count, unit, cell),
        counted(translate(_("签订合同")), total.count, unit, cell),
        (translate(_("成交额")), amount(total.deal_amount_wan), ""),
    )


def _label(zh: str, en: str) -> str:
    return en if language_now() == "en" else zh


def _funnel(figures: CityFigures) -> Picture:
    cell = figures.funnel.min_cell
    lines = figures.funnel.steps
    items = tuple(
        (_label(line.label_zh, line.label_en), float(line.count or 0), count(line.count, cell), None)
        for line in lines
    )
    rows = [
        TableRow((_label(line.label_zh, line.label_en), count(line.count, cell), _percent(line.of_previous)))
        for line in lines
    ]
    columns = (
        TableColumn(translate(_("步骤"))),
        TableColumn(translate(_("需求数")), "number"),
        TableColumn(translate(_("占上一步")), "number"),
    )
    return Picture(items, TableView(translate(_("从需求到落地")), columns, rows, hides_caption=True))


def _gaps(figures: CityFigures) -> Picture:
    cell = figures.gaps.min_cell
    lines = [line for line in figures.gaps.fields if line.demands != 0 or line.achievements != 0]
    # A sum that is not published has no place in the order: it stands last.
    lacking = sorted(
        (line for line in lines if line.demands != 0 and line.without_good != 0),
        key=lambda line: -(line.without_good or 0),
    )
    items = tuple(
        (
            _label(line.label_zh, line.label_en),
            float(line.without_good or 0),
            count(line.without_good, cell),
            None,
        )
        for line in lacking[:SHOWN_FIELDS]
    )
    rows = [
        TableRow(
            (
                _label(line.label_zh, line.label_en),
                count(line.demands, cell),
                count(line.without_good, cell),
                count(line.achievements, cell),
            )
        )
        for line in lines
    ]
    columns = (
        TableColumn(translate(_("技术领域"))),
        TableColumn(translate(_("需求数")), "number"),
        TableColumn(translate(_("尚无良好匹配")), "number"),
        TableColumn(translate(_("成果数")), "number"),
    )
    return Picture(items, TableView(translate(_("各领域的缺口")), columns, rows, hides_caption=True))


def _months(figures: CityFigures) -> Picture:
    cell = figures.contracts.min_cell
    by_month = {line.key[-2:]: line for line in figures.contracts.groups}
    months = [f"{month:02}" for month in range(1, 13)]
    items = tuple(
        (
            str(int(month)),
            float(by_month[month].count or 0),
            "*" if cell and by_month[month].count is None else count(by_month[month].count, cell),
            None,
        )
        if month in by_month
        else (str(int(month)), 0.0, "0", None)
        for month in months
    )
    rows = [
        TableRow((line.key, count(line.count, cell), amount(line.deal_amount_wan)))
        for line in figures.contracts.groups
    ]
    columns = (
        TableColumn(translate(_("签订月份"))),
        TableColumn(translate(_("合同数")), "number"),
        TableColumn(translate(_("成交额")), "number"),
    )
    return Picture(items, TableView(translate(_("各月签订的合同")), columns, rows, hides_caption=True))


def _percent(part: float | None) -> str:
    return "–" if part is None else f"{part:.0%}"
