"""Page `/desk/organisation/profile`: what is known of the reader's organisation; its administrators correct it."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.access.permissions import Action, allowed, require
from app.accounts.organisations.schemas import OrganisationChange, OrganisationOut
from app.accounts.organisations.service import change_organisation, get_organisation
from app.conditional_requests import check_if_match
from app.database import AppDatabase, ReadSession
from app.errors import NotFound, SankuError, StaleVersion
from app.web.forms.choices import districts_first
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.forms.parser import bind, validated
from app.web.i18n import mark as _
from app.web.page import CurrentPage, WebPage
from app.web.posted import VERSION, Posted, PostedForm
from app.web.views.account_words import ORGANISATION_KINDS

router = APIRouter()

PROFILE = Form(
    "organisation",
    OrganisationChange,
    (
        FormGroup(
            (
                FormField(
                    "name",
                    label=_("单位全称"),
                    hint=_("与营业执照或法人证书一致；改名后原名称自动记为曾用名。"),
                    required=True,
                ),
                FormField("uscc", label=_("统一社会信用代码"), hint=_("18 位，用于核验单位；境外单位不填")),
                FormField(
                    "region", Widget.SELECT, label=_("所在地区"), required=True, choices=districts_first
                ),
                FormField(
                    "aliases",
                    Widget.LINES,
                    label=_("别名"),
                    hint=_("简称、外文名称等，每行一个，至多 20 个。"),
                    lines=3,
                ),
            )
        ),
        FormGroup(
            (
                FormField(
                    "former_names",
                    Widget.ROWS,
                    label=_("补充曾用名"),
                    hint=_("只能补充；记错的曾用名请联系主管部门删除。"),
                    columns=(
                        FormField("name", label=_("曾用名")),
                        FormField("since", Widget.DAY, label=_("启用日期")),
                        FormField("until", Widget.DAY, label=_("停用日期")),
                    ),
                ),
            ),
            title=_("曾用名"),
            open=False,
        ),
    ),
    absent={
        "kind": "only operators change it",
        "parent_id": "only operators change it",
        "code_exemption": "only operators change it",
    },
)


@router.get("/desk/organisation/profile", name="organisation_profile")
def profile(page: CurrentPage, session: ReadSession) -> Response:
    """The organisation as it is known; the form for those who may change it."""
    return _show(page, session)


@router.post("/desk/organisation/profile", name="change_organisation_profile")
def change(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Stores what was corrected; the bureau then verifies the organisation anew."""
    form = FilledForm(PROFILE, posted=posted)

    def command(session: ReadSession) -> Response:
        organisation = get_organisation(session, own_id(page), principal=page.principal)
        require(page.principal, Action.ORGANISATION_CHANGE, owner_org_id=organisation.id)
        check_if_match(posted.version, organisation)
        change_organisation(session, organisation, principal=page.principal, changes=_changes(posted))
        return page.redirect("/desk/organisation/profile", notice="saved")

    return page.act(
        posted, database, command, lambda session, error: _show(page, session, form.after(error), error=error)
    )


def own_id(page: WebPage) -> UUID:
    """The id of the reader's organisation.

    Raises:
        NotFound: they belong to none.
    """
    if page.principal.organisation_id is None:
        raise NotFound
    return page.principal.organisation_id


def _changes(posted: PostedForm) -> dict[str, Any]:
    """What was typed; no alias is an empty list, and no row of former names leaves them as they are."""
    values = bind(PROFILE, posted, is_change=True)
    values["aliases"] = values["aliases"] or []
    if values["former_names"] is None:
        del values["former_names"]
    wanted = validated(OrganisationChange, values)
    assert isinstance(wanted, OrganisationChange)
    return wanted.changes()


def _show(
    page: WebPage, session: ReadSession, form: FilledForm | None = None, *, error: SankuError | None = None
) -> Response:
    organisation = OrganisationOut.of(get_organisation(session, own_id(page), principal=page.principal))
    if form is None:
        known = organisation.model_dump() | {"former_names": []}
        form = FilledForm(PROFILE, known, version=organisation.version)
    elif isinstance(error, StaleVersion):
        # Saving again replaces what the colleague wrote, which stands above the form by now.
        form = FilledForm(PROFILE, posted=form.posted.without(VERSION), version=organisation.version)
    may_change = allowed(page.principal, Action.ORGANISATION_CHANGE, own=True)
    return page.show(
        "desk/organisation/profile.html",
        status=error.status if error else 200,
        form_id=form.id if may_change else None,
        organisation=organisation,
        kind=ORGANISATION_KINDS[organisation.kind],
        form=form,
        may_change=may_change,
        error=error,
    )
