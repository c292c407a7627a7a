"""Tables of an assignment: by names and titles, never by ids."""

from collections.abc import Sequence

from app.matching.assignment_solver.shortages import REASONS, ShortageReason
from app.pushes.assignment.schemas import RunSummary, UnwrittenPush, WrittenPush
from app.pushes.inbox.end_reasons import end_words
from app.pushes.schemas import AssignedPlace, AssignmentFigures, LowLoadRead, NamedPair, ShortPair
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.renderer import moment, pick
from app.web.views.tables import TableColumn, TableRow, TableView

_FIGURES = (
    ("assigned", _("安排的推送"), 0),
    ("total_value", _("总期望值"), 2),
    ("unassigned", _("没有经理人的供需对"), 0),
    ("missing", _("未达最低人数的缺额"), 0),
    ("capacity_breaches", _("超出上限的安排"), 0),
    ("conflicts", _("利益冲突"), 0),
    ("missing_load", _("未达最低负荷的缺额"), 0),
    ("gini", _("负荷不均（基尼系数，越小越均衡）"), 2),
)


def figure_table(columns: Sequence[tuple[str, AssignmentFigures | None]]) -> TableView:
    """The figures of assignments side by side."""
    rows = [
        TableRow((translate(label), *(_figure(figures, name, places) for _name, figures in columns)))
        for name, label, places in _FIGURES
    ]
    return TableView(
        translate(_("方案比较")),
        [TableColumn(translate(_("指标"))), *(TableColumn(name, "number") for name, _figures in columns)],
        rows,
        hides_caption=True,
    )


def _figure(figures: AssignmentFigures | None, name: str, places: int) -> str:
    return "–" if figures is None else f"{getattr(figures, name):,.{places}f}"


def push_table(
    caption: str, pushes: Sequence[AssignedPlace] | Sequence[WrittenPush] | Sequence[UnwrittenPush]
) -> TableView:
    """Pushes by the names of their managers; a last column says the value, or why a push is not there."""
    last = _("期望值")
    rows = []
    for push in pushes:
        if isinstance(push, UnwrittenPush):
            last, cell = _("原因"), pick(push.zh, push.en)
        elif isinstance(push, AssignedPlace) and push.reason:
            last, cell = _("原因"), pick(*end_words(push.reason))
        else:
            cell = f"{push.value:.2f}"
        rows.append(
            TableRow((push.demand_title, push.achievement_title, push.manager_name, cell), story(push))
        )
    labels = (_("需求"), _("成果"), _("技术经理人"), last)
    return TableView(
        translate(caption), [TableColumn(translate(label)) for label in labels], rows, hides_caption=True
    )


def short_table(short: Sequence[ShortPair]) -> TableView:
    """Pairs that lack managers, with the reason and the numbers behind it."""
    labels = (_("需求"), _("成果"), _("至少需要"), _("已安排"), _("可用候选人"), _("利益冲突"), _("已满额"))
    rows = [
        TableRow(
            (
                one.demand_title,
                one.achievement_title,
                one.least,
                one.assigned,
                one.candidates,
                one.in_conflict,
                one.full,
            ),
            story(one),
            pick(*REASONS[ShortageReason(one.reason)]),
        )
        for one in short
    ]
    columns = [
        TableColumn(translate(label), "text" if place < 2 else "number") for place, label in enumerate(labels)
    ]
    return TableView(translate(_("未安排或人数不足的供需对")), columns, rows, hides_caption=True)


def low_load_table(low: Sequence[LowLoadRead]) -> TableView:
    """Managers who stay below their minimum load."""
    columns = [
        TableColumn(translate(_("技术经理人"))),
        TableColumn(translate(_("安排后的负荷")), "number"),
        TableColumn(translate(_("最低负荷")), "number"),
    ]
    rows = [TableRow((one.manager_name, one.load, one.least)) for one in low]
    return TableView(translate(_("未达最低负荷的经理人")), columns, rows, hides_caption=True)


def run_table(runs: Sequence[RunSummary]) -> TableView:
    """Runs that were executed or wait for the worker."""
    labels = (_("发起时间"), _("发起"), _("范围"), _("状态"), _("供需对"), _("新增推送"), _("没有经理人"))
    rows = [
        TableRow(
            (
                moment(run.created_at),
                translate(_("每晚自动")) if run.night else translate(_("管理人员")),
                scope(run),
                translate(_("已完成")) if run.state == "done" else translate(_("执行中")),
                run.pairs,
                run.pushes,
                run.unassigned,
            ),
            f"/bureau/assignments/{run.id}",
        )
        for run in runs
    ]
    columns = [
        TableColumn(translate(label), "text" if place < 4 else "number") for place, label in enumerate(labels)
    ]
    return TableView(translate(_("已执行的统一派单")), columns, rows, hides_caption=True)


def scope(run: RunSummary) -> str:
    """Over which pairs a run goes."""
    if run.demand_ids is None:
        return translate(_("全部需求")) + " · " + str(run.limit)
    return translate(_("指定需求")) + " · " + str(len(run.demand_ids))


def story(pair: NamedPair) -> str | None:
    """The page of the pair; None if one of its records is gone."""
    if not (pair.demand_number and pair.achievement_number):
        return None
    return f"/bureau/matches/{pair.demand_number}/{pair.achievement_number}"
