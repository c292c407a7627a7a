"""Pages `/bureau/organisations`: who is to be verified, and an organisation with what its verification needs."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.access.permissions import Action, require
from app.accounts.lists.organisations import organisation_page
from app.accounts.lists.users import user_page
from app.accounts.organisations.credit_code import is_uscc
from app.accounts.organisations.schemas import OrganisationOut
from app.accounts.organisations.service import get_organisation, verify_organisation
from app.conditional_requests import check_if_match
from app.database import AppDatabase, ReadSession
from app.errors import Conflict, SankuError, StaleVersion
from app.libraries.verified_owners import waiting_for_verification
from app.paging import PageRequest
from app.services import AppSettings
from app.settings import Settings
from app.web.bureau.lists.rows import Cursor, Text, next_address, place, tabs_of
from app.web.bureau.lists.words import ORGANISATION_KINDS, ROLES
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted
from app.web.renderer import day
from app.web.views.record_sheet import regions
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

_SHELVES = {"waiting": _("待核验"), "verified": _("已核验"), "all": _("全部")}
_TRUSTED = {"waiting": False, "verified": True}
_PEOPLE = 100


@router.get("/bureau/organisations", name="organisations")
def organisations(
    page: CurrentPage, session: ReadSession, state: Text = "waiting", q: Text = "", cursor: Cursor = None
) -> Response:
    """Organisations, those that wait for their verification first in mind: oldest on top."""
    found = organisation_page(
        session,
        place(cursor),
        principal=page.principal,
        name=q.strip() or None,
        trusted=_TRUSTED.get(state),
        sort="created_at" if state == "waiting" else "name",
    )
    return page.show(
        "bureau/list.html",
        title=_("单位"),
        subtitle="",
        tabs=tabs_of(page, "state", state, _SHELVES),
        kept={"state": state},
        query=q,
        query_label=_("单位名称"),
        table=_table(found.items),
        empty=_("没有待核验的单位") if state == "waiting" and not q else _("没有符合条件的单位"),
        next=next_address(page, found.next_cursor),
        links=[(_("用户"), "/bureau/users")] if page.leads_to("/bureau/users") else [],
    )


@router.get("/bureau/organisations/{id}", name="organisation")
def organisation(page: CurrentPage, session: ReadSession, settings: AppSettings, id: UUID) -> Response:
    """One organisation, with its people."""
    return _show(page, session, settings, id)


@router.post("/bureau/organisations/{id}/verify", name="verify_organisation")
def verify(
    page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase, settings: AppSettings
) -> Response:
    """Say that name and credit code are those of the public register."""
    page.take_display(posted)
    try:
        with database.unit_of_work() as session:
            require(page.principal, Action.ORGANISATION_VERIFY)
            found = get_organisation(session, id, principal=page.principal)
            check_if_match(posted.version, found)
            verify_organisation(session, found, principal=page.principal)
    except (Conflict, StaleVersion) as error:
        with database.reading() as session:
            return _show(page, session, settings, id, error=error)
    return page.redirect("/bureau/organisations", notice="verified")


def _show(
    page: WebPage, session: ReadSession, settings: Settings, id: UUID, error: SankuError | None = None
) -> Response:
    found = OrganisationOut.of(get_organisation(session, id, principal=page.principal))
    parent = (
        OrganisationOut.of(get_organisation(session, found.parent_id, principal=page.principal))
        if found.parent_id
        else None
    )
    people = user_page(session, PageRequest(_PEOPLE), principal=page.principal, organisation_id=id).items
    waits = organisation_page(
        session, PageRequest(1), principal=page.principal, name=found.name, trusted=False
    ).items
    is_waiting = any(one.id == id for one in waits)
    return page.show(
        "bureau/organisation.html",
        status=error.status if error else 200,
        organisation=found,
        kind=ORGANISATION_KINDS[found.kind],
        region=regions(found.region),
        parent=parent,
        code_is_sound=bool(found.uscc and is_uscc(found.uscc)),
        waits=is_waiting,
        records_waiting=waiting_for_verification(session, settings, id, principal=page.principal)
        if is_waiting
        else 0,
        people=[(person, ROLES[person.role]) for person in people],
        error=error,
    )


def _table(items: list[OrganisationOut]) -> TableView:
    return TableView(
        translate(_("单位")),
        [
            TableColumn(translate(label))
            for label in (_("名称"), _("类型"), _("地区"), _("统一社会信用代码"), _("登记时间"))
        ],
        [
            TableRow(
                (
                    one.name,
                    translate(ORGANISATION_KINDS[one.kind]),
                    regions(one.region),
                    one.uscc or translate(_("未填")),
                    day(one.created_at),
                ),
                f"/bureau/organisations/{one.id}",
            )
            for one in items
        ],
        hides_caption=True,
    )
