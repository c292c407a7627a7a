"""Pages `/bureau/training-bases`: the bases of training, with who runs each; one as a form."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.organisations.service import by_id
from app.database import AppDatabase, ReadSession
from app.errors import SankuError, StaleVersion
from app.talent.trainings import service
from app.talent.trainings.listing import base_page
from app.talent.trainings.schemas import BaseCreate, BasePatch, BaseRead
from app.web.bureau.lists.rows import Cursor, next_address, place
from app.web.forms.choices import districts_first, listed
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.forms.parser import bind, validated
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage, WebPage
from app.web.posted import VERSION, Posted
from app.web.renderer import day
from app.web.views.record_sheet import regions
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

BASES = "/bureau/training-bases"
_LEVELS = {"national": _("国家级"), "provincial": _("省级"), "municipal": _("市级")}
_FIELDS = (
    FormField("name", required=True, example=_("济南市技术转移人才培养基地")),
    FormField("level", Widget.CHOICE, required=True, choices=listed(*_LEVELS.items())),
    FormField(
        "organisation_id",
        label=_("依托单位"),
        hint=_("已登记单位的全称或统一社会信用代码；可核验在本基地的培训。"),
    ),
    FormField("region", Widget.SELECT, choices=districts_first),
    FormField("designated_on", Widget.DAY),
)
NEW = Form("training-base", BaseCreate, (FormGroup(_FIELDS),))
EDIT = Form(
    "training-base-edit",
    BasePatch,
    (FormGroup((*_FIELDS, FormField("active", Widget.FLAG, label=_("接收新的培训记录")))),),
)


@router.get(BASES, name="training_bases")
def bases(page: CurrentPage, session: ReadSession, cursor: Cursor = None) -> Response:
    """All bases by name, and the form for another."""
    return _list(page, session, FilledForm(NEW, {"level": "municipal"}), cursor)


@router.post(BASES, name="make_training_base")
def make(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Adds a base; sent twice it is one."""
    form = FilledForm(NEW, posted=posted)

    def command(session: ReadSession) -> Response:
        wanted = form.model()
        assert isinstance(wanted, BaseCreate)

        def create() -> Response:
            service.add_base(session, wanted, principal=page.principal)
            return page.redirect(BASES, notice="saved")

        return page.once(database, session, posted, wanted, create)

    return page.act(
        posted,
        database,
        command,
        lambda session, error: _list(page, session, form.after(error), None, error=error),
    )


@router.get(f"{BASES}/{{id}}", name="training_base")
def base(page: CurrentPage, session: ReadSession, id: UUID) -> Response:
    """One base as a form."""
    return _show(page, session, id)


@router.post(f"{BASES}/{{id}}", name="change_training_base")
def change(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Stores the changes."""
    form = FilledForm(EDIT, posted=posted)

    def command(session: ReadSession) -> Response:
        wanted = validated(BasePatch, bind(EDIT, posted, is_change=True))
        assert isinstance(wanted, BasePatch)
        service.change_base(session, id, wanted, principal=page.principal, if_match=posted.version)
        return page.redirect(BASES, notice="saved")

    return page.act(
        posted,
        database,
        command,
        lambda session, error: _show(page, session, id, form.after(error), error=error),
    )


@router.post(f"{BASES}/{{id}}/delete", name="delete_training_base")
def delete(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Deletes a base without training records."""

    def command(session: ReadSession) -> Response:
        service.remove_base(session, id, principal=page.principal, if_match=posted.version)
        return page.redirect(BASES, notice="deleted")

    return page.act(posted, database, command, lambda session, error: _show(page, session, id, error=error))


def _list(
    page: WebPage,
    session: ReadSession,
    form: FilledForm,
    cursor: str | None,
    *,
    error: SankuError | None = None,
) -> Response:
    found = base_page(session, place(cursor), principal=page.principal)
    names = by_id(session, [one.organisation_id for one in found.items if one.organisation_id])
    labels = (_("名称"), _("级别"), _("依托单位"), _("所在地区"), _("认定日期"), _("状态"))
    rows = [
        TableRow(
            (
                one.name,
                one.level.label(page.language),
                names[one.organisation_id].name if one.organisation_id else "–",
                regions(one.region) if one.region else "–",
                day(one.designated_on),
                translate(_("开放")) if one.active else translate(_("停用")),
            ),
            f"{BASES}/{one.id}",
        )
        for one in found.items
    ]
    columns = [TableColumn(translate(label)) for label in labels]
    return page.show(
        "bureau/made_list.html",
        status=error.status if error else 200,
        form_id=form.id,
        form=form,
        title=_("培养基地"),
        address=BASES,
        new=_("新建培养基地"),
        table=TableView(translate(_("培养基地")), columns, rows, hides_caption=True),
        empty=_("还没有培养基地"),
        next=next_address(page, found.next_cursor),
    )


def _show(
    page: WebPage,
    session: ReadSession,
    id: UUID,
    form: FilledForm | None = None,
    *,
    error: SankuError | None = None,
) -> Response:
    found = BaseRead.model_validate(service.find_base(session, id))
    if form is None:
        values: dict[str, Any] = found.model_dump()
        if found.organisation_id is not None:
            values["organisation_id"] = by_id(session, [found.organisation_id])[found.organisation_id].name
        form = FilledForm(EDIT, values, version=found.version)
    elif isinstance(error, StaleVersion):
        form = FilledForm(EDIT, posted=form.posted.without(VERSION), version=found.version)
    return page.show(
        "bureau/training_base.html",
        status=error.status if error else 200,
        form_id=form.id,
        form=form,
        base=found,
        address=f"{BASES}/{id}",
        error=error,
    )
