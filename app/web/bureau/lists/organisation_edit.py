"""Page `/bureau/organisations/…/edit`: the bureau corrects an organisation, with its kind and its parent."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.access.permissions import Action, require
from app.accounts.organisations.lookup import find_organisation
from app.accounts.organisations.schemas import OrganisationChange, OrganisationOut
from app.accounts.organisations.service import change_organisation, get_organisation
from app.conditional_requests import check_if_match
from app.database import AppDatabase, ReadSession
from app.errors import Invalid, SankuError, StaleVersion
from app.web.bureau.lists.words import ORGANISATION_KINDS
from app.web.forms.choices import districts_first, listed
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.forms.parser import bind, validated
from app.web.i18n import mark as _
from app.web.page import CurrentPage, WebPage
from app.web.posted import VERSION, Posted, PostedForm

router = APIRouter()

EDIT = Form(
    "organisation-edit",
    OrganisationChange,
    (
        FormGroup(
            (
                FormField("name", label=_("单位全称"), required=True),
                FormField(
                    "kind",
                    Widget.SELECT,
                    label=_("单位类型"),
                    hint=_("类型决定该单位可以有哪些角色的用户。"),
                    required=True,
                    choices=listed(*((kind, label) for kind, label in ORGANISATION_KINDS.items())),
                ),
                FormField(
                    "parent_id",
                    label=_("上级单位"),
                    hint=_("控股或主管单位的全称，须已登记；不填为没有。"),
                ),
                FormField("uscc", label=_("统一社会信用代码")),
                FormField(
                    "code_exemption",
                    label=_("无统一社会信用代码的原因"),
                    hint=_("仅限确无代码的境内单位。"),
                ),
                FormField(
                    "region", Widget.SELECT, label=_("所在地区"), required=True, choices=districts_first
                ),
                FormField("aliases", Widget.LINES, label=_("别名"), hint=_("每行一个。"), lines=3),
            )
        ),
    ),
    absent={"former_names": "a change of the name adds the old one; the organisation adds others"},
)


@router.get("/bureau/organisations/{id}/edit", name="edit_organisation")
def edit(page: CurrentPage, session: ReadSession, id: UUID) -> Response:
    """The form with what is stored."""
    return _show(page, session, id)


@router.post("/bureau/organisations/{id}/edit", name="change_organisation")
def change(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Stores the corrections."""
    form = FilledForm(EDIT, posted=posted)

    def command(session: ReadSession) -> Response:
        organisation = get_organisation(session, id, principal=page.principal)
        require(page.principal, Action.ORGANISATION_CHANGE, owner_org_id=organisation.id)
        check_if_match(posted.version, organisation)
        change_organisation(
            session, organisation, principal=page.principal, changes=_changes(session, posted)
        )
        return page.redirect(f"/bureau/organisations/{id}", notice="saved")

    return page.act(
        posted,
        database,
        command,
        lambda session, error: _show(page, session, id, form.after(error), error=error),
    )


def _changes(session: ReadSession, posted: PostedForm) -> dict[str, Any]:
    values = bind(EDIT, posted, is_change=True)
    values["aliases"] = values["aliases"] or []
    if values["parent_id"] is not None:
        parent = find_organisation(session, name=values["parent_id"])
        if parent is None:
            raise Invalid.field(
                "parent_id",
                "unknown_organisation",
                "没有名称与此一致的单位，请填写已登记单位的全称",
                "no organisation has this name; write the full name of one that is registered",
            )
        values["parent_id"] = parent.id
    wanted = validated(OrganisationChange, values)
    assert isinstance(wanted, OrganisationChange)
    return wanted.changes()


def _show(
    page: WebPage,
    session: ReadSession,
    id: UUID,
    form: FilledForm | None = None,
    *,
    error: SankuError | None = None,
) -> Response:
    found = OrganisationOut.of(get_organisation(session, id, principal=page.principal))
    if form is None:
        values = found.model_dump()
        if found.parent_id is not None:
            parent = get_organisation(session, found.parent_id, principal=page.principal)
            values["parent_id"] = parent.name
        form = FilledForm(EDIT, values, version=found.version)
    elif isinstance(error, StaleVersion):
        form = FilledForm(EDIT, posted=form.posted.without(VERSION), version=found.version)
    return page.show(
        "bureau/edit.html",
        status=error.status if error else 200,
        form_id=form.id,
        form=form,
        name=found.name,
        up=(("/bureau/organisations", _("单位")), (f"/bureau/organisations/{id}", found.name)),
        address=f"/bureau/organisations/{id}/edit",
        error=error,
    )
