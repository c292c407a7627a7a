"""Pages `/bureau/rankings/…/edit` and `…/formula`: title and honours of a ranking, and its own formula with weights."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.errors import SankuError, StaleVersion
from app.talent.rankings import service
from app.talent.rankings.formula import FigureName, Formula, default_formula
from app.talent.rankings.presenter import read_ranking
from app.talent.rankings.schemas import RankingPatch, RankingRead
from app.web.bureau.talent.rankings import HONOURS, with_places
from app.web.forms.fields import Choice, Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.forms.parser import bind, validated
from app.web.i18n import Language
from app.web.i18n import mark as _
from app.web.page import CurrentPage, WebPage
from app.web.posted import VERSION, Posted, PostedForm

router = APIRouter()


def _figures(language: Language) -> list[Choice]:
    return [Choice(one.value, one.label(language)) for one in FigureName]


EDIT = Form(
    "ranking-edit",
    RankingPatch,
    (FormGroup((FormField("title", required=True), HONOURS)),),
    absent={"formula": "it has a page of its own"},
)
FORMULA = Form(
    "ranking-formula",
    Formula,
    (
        FormGroup(
            (
                FormField("title_zh", label=_("公式名称"), required=True, max_length=120),
                FormField("title_en", label=_("英文名称"), required=True, max_length=120),
                FormField(
                    "figures",
                    Widget.ROWS,
                    hint=_("权重之和为 100；清空权重即去掉一项。不填满分值时，以最高者为满分。"),
                    required=True,
                    columns=(
                        FormField("name", Widget.SELECT, label=_("指标"), required=True, choices=_figures),
                        FormField("weight", Widget.NUMBER, label=_("权重"), required=True),
                        FormField("full_at", Widget.NUMBER, label=_("满分值")),
                    ),
                ),
            )
        ),
    ),
    absent={"id": "made of the ranking's number"},
)


@router.get("/bureau/rankings/{id}/edit", name="edit_ranking")
def edit(page: CurrentPage, session: ReadSession, id: UUID) -> Response:
    """Title and honours as they are."""
    return _show(page, session, id, EDIT)


@router.post("/bureau/rankings/{id}/edit", name="change_ranking")
def change(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Stores them; other honours discard the places."""
    return _store(page, id, EDIT, posted, database)


@router.get("/bureau/rankings/{id}/formula", name="edit_ranking_formula")
def formula(page: CurrentPage, session: ReadSession, id: UUID) -> Response:
    """The weights as they are."""
    return _show(page, session, id, FORMULA)


@router.post("/bureau/rankings/{id}/formula", name="change_ranking_formula")
def change_formula(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Stores the weights, or goes back to those of the rules; places are to be computed anew."""
    return _store(page, id, FORMULA, posted, database)


def _store(page: WebPage, id: UUID, form: Form, posted: PostedForm, database: AppDatabase) -> Response:
    filled = FilledForm(form, posted=posted)

    def command(session: ReadSession) -> Response:
        wanted = _patch(session, page, id, form, posted)
        service.change(session, id, wanted, principal=page.principal, if_match=posted.version)
        return page.redirect(f"/bureau/rankings/{id}", notice="saved")

    return page.act(
        posted,
        database,
        command,
        lambda session, error: _show(page, session, id, form, filled.after(error), error=error),
    )


def _patch(session: ReadSession, page: WebPage, id: UUID, form: Form, posted: PostedForm) -> RankingPatch:
    values = bind(form, posted, is_change=form is EDIT)
    if form is EDIT:
        values["honours"] = values["honours"] or []
        wanted = validated(RankingPatch, with_places(values))
    elif posted.get("default"):
        wanted = RankingPatch(formula=default_formula())
    else:
        number = service.find(session, id, principal=page.principal).number
        made: Any = validated(Formula, values | {"id": number.lower()})
        wanted = RankingPatch(formula=made)
    assert isinstance(wanted, RankingPatch)
    return wanted


def _show(
    page: WebPage,
    session: ReadSession,
    id: UUID,
    form: Form,
    filled: FilledForm | None = None,
    *,
    error: SankuError | None = None,
) -> Response:
    found = read_ranking(service.find(session, id, principal=page.principal))
    if filled is None:
        filled = FilledForm(form, _known(found, form), version=found.version)
    elif isinstance(error, StaleVersion):
        filled = FilledForm(form, posted=filled.posted.without(VERSION), version=found.version)
    return page.show(
        "bureau/ranking_formula.html" if form is FORMULA else "bureau/edit.html",
        status=error.status if error else 200,
        form_id=filled.id,
        form=filled,
        name=found.title,
        up=(("/bureau/rankings", _("排行榜")), (f"/bureau/rankings/{id}", found.title)),
        address=f"/bureau/rankings/{id}/{'formula' if form is FORMULA else 'edit'}",
        error=error,
    )


def _known(found: RankingRead, form: Form) -> dict[str, Any]:
    return found.formula.model_dump() if form is FORMULA else found.model_dump(include={"title", "honours"})
