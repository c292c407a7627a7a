"""Page `/bureau/system/models`: the rankers, how they compared, the way back, and the embedding models."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.errors import Conflict, SankuError
from app.matching.matcher import Matcher
from app.matching.training.report import (
    ModelOut,
    RunOut,
    SpaceOut,
    model_list,
    run_page,
    space_list,
    switch_model,
)
from app.paging import PageRequest
from app.services import AllServices, Services
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage, Pressed, WebPage
from app.web.posted import Posted
from app.web.renderer import moment
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

STATES = {"shipped": _("随程序发布"), "trained": _("训练得到"), "refused": _("训练得到，未启用")}
DECISIONS = {
    "promoted": _("已启用"),
    "not_better": _("未证明更好"),
    "worse_on_judged": _("评判集上变差"),
    "too_few": _("数据太少"),
    "overtaken": _("训练期间已启用其他模型"),
}
SPACES = {"serving": _("使用中"), "filling": _("正在补齐"), "kept": _("保留，可换回")}
_RUNS = 20


@router.get("/bureau/system/models", name="system_models")
def models(page: CurrentPage, session: ReadSession, services: AllServices) -> Response:
    """All models, the newest first, and the latest training runs."""
    return _show(page, session, services)


@router.post("/bureau/system/models/use", name="use_model")
def use(page: CurrentPage, posted: Pressed, database: AppDatabase, services: AllServices) -> Response:
    """Put a model to use; all pairs are ranked again."""
    return _switch(page, posted, database, services, posted.get("version"))


@router.post("/bureau/system/models/rollback", name="roll_back_model")
def rollback(page: CurrentPage, posted: Pressed, database: AppDatabase, services: AllServices) -> Response:
    """Go back to the model before."""
    return _switch(page, posted, database, services, None)


def _switch(
    page: WebPage, posted: Posted, database: AppDatabase, services: Services, version: str | None
) -> Response:
    page.take_display(posted)
    try:
        with database.unit_of_work() as session:
            switch_model(session, services[Matcher].shipped, version, principal=page.principal)
    except Conflict as error:
        with database.reading() as session:
            return _show(page, session, services, error)
    return page.redirect("/bureau/system/models", notice="model_switched")


def _show(
    page: WebPage, session: ReadSession, services: Services, error: SankuError | None = None
) -> Response:
    found = model_list(session, services[Matcher].shipped, principal=page.principal)
    runs = run_page(session, PageRequest(_RUNS), principal=page.principal)
    return page.show(
        "bureau/models.html",
        status=error.status if error else 200,
        models=[(one, translate(STATES.get(one.state, one.state)), _figures(one)) for one in found],
        runs=_runs(runs.items),
        spaces=_spaces(space_list(session, principal=page.principal)),
        error=error,
    )


def _figures(model: ModelOut) -> list[tuple[str, str]]:
    """The plain figures of the comparison with the model that was in use then."""
    return [
        (name, f"{value:.4f}" if isinstance(value, float) else str(value))
        for name, value in _flat(model.metrics)
    ][:12]


def _flat(values: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in values.items():
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{name} · ")
        elif isinstance(value, bool | int | float | str):
            found.append((prefix + name, value))
    return found


def _spaces(spaces: list[SpaceOut]) -> TableView:
    labels = (_("向量模型"), _("状态"), _("已有向量的记录"), _("预计剩余"), _("自何时起"))
    rows = [
        TableRow(
            (
                one.model_id,
                translate(SPACES[one.state]),
                f"{one.done} / {one.records}",
                "–" if one.seconds_left is None else str(timedelta(seconds=one.seconds_left)),
                moment(one.since),
            )
        )
        for one in spaces
    ]
    return TableView(
        translate(_("向量模型")),
        [TableColumn(translate(label)) for label in labels],
        rows,
        hides_caption=True,
    )


def _runs(runs: list[RunOut]) -> TableView:
    labels = (_("开始时间"), _("比较时的现用模型"), _("候选模型"), _("结论"))
    rows = [
        TableRow(
            (
                moment(one.started_at),
                one.parent,
                one.candidate or "–",
                translate(DECISIONS.get(one.decision, one.decision)),
            )
        )
        for one in runs
    ]
    return TableView(
        translate(_("训练记录")),
        [TableColumn(translate(label)) for label in labels],
        rows,
        hides_caption=True,
    )
