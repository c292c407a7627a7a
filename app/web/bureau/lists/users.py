"""Pages `/bureau/users`: people with their role, and to close or reopen an account."""

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.access.permissions import Action, allowed
from app.accounts.access.principal import OFFICES, Role
from app.accounts.access.proof import require_confirmation
from app.accounts.lists.users import user_page
from app.accounts.organisations.service import get_organisation
from app.accounts.schemas import UserOut
from app.accounts.self_service.second_factor import reset_factors
from app.accounts.users import change_user, get_user
from app.conditional_requests import check_if_match
from app.database import AppDatabase, ReadSession
from app.errors import Conflict, Forbidden, Invalid, NotFound, SankuError, StaleVersion
from app.web.bureau.lists.rows import Cursor, Text, next_address, place, tabs_of
from app.web.bureau.lists.words import ROLES
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage, Pressed, WebPage
from app.web.posted import Posted
from app.web.renderer import day
from app.web.views.tables import TableColumn, TableRow, TableView

router = APIRouter()

STAFF_ROLES = (Role.OPERATOR, *sorted(OFFICES))
"""The roles of the bureau's people, which the security administrator grants."""

_SHORT = {_("角色"), _("状态"), _("创建时间")}
"""These columns hold single words and days, which do not break."""


@router.get("/bureau/users", name="users")
def users(page: CurrentPage, session: ReadSession, role: Text = "", cursor: Cursor = None) -> Response:
    """Users by role, the oldest account first."""
    chosen = next((one for one in Role if one.value == role), None)
    found = user_page(session, place(cursor), principal=page.principal, role=chosen)
    rows = [
        TableRow(
            (
                one.name,
                translate(ROLES[one.role]),
                one.email,
                translate(_("已启用")) if one.active else translate(_("已停用")),
                day(one.created_at),
            ),
            f"/bureau/users/{one.id}",
        )
        for one in found.items
    ]
    labels = (_("姓名"), _("角色"), _("登录邮箱"), _("状态"), _("创建时间"))
    return page.show(
        "bureau/list.html",
        title=_("用户"),
        subtitle="",
        tabs=tabs_of(page, "role", role, {"": _("全部")} | dict(ROLES)),
        kept={},
        query=None,
        query_label="",
        table=TableView(
            translate(_("用户")),
            [TableColumn(translate(label), "short" if label in _SHORT else "text") for label in labels],
            rows,
            hides_caption=True,
        ),
        empty=_("没有符合条件的用户"),
        next=next_address(page, found.next_cursor),
        links=[(_("单位"), "/bureau/organisations")] if page.leads_to("/bureau/organisations") else [],
    )


@router.get("/bureau/users/{id}", name="user")
def user(page: CurrentPage, session: ReadSession, id: UUID) -> Response:
    """One user."""
    return _show(page, session, id)


@router.post("/bureau/users/{id}", name="change_user")
def change(page: CurrentPage, id: UUID, posted: Pressed, database: AppDatabase) -> Response:
    """Close the account, or reopen it."""
    page.take_display(posted)
    try:
        with database.unit_of_work() as session:
            found = get_user(session, id, principal=page.principal)
            check_if_match(posted.version, found)
            active = posted.get("active") == "1"
            change_user(session, found, principal=page.principal, changes={"active": active})
    except (Conflict, Invalid, StaleVersion) as error:
        with database.reading() as session:
            return _show(page, session, id, error=error)
    return page.redirect(f"/bureau/users/{id}", notice="saved")


@router.post("/bureau/users/{id}/role", name="grant_role")
def grant(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Give a person of the bureau another role."""
    page.take_display(posted)
    role = next((one for one in STAFF_ROLES if one.value == posted.get("role")), None)
    if role is None:
        raise NotFound
    require_confirmation(page.principal)
    try:
        with database.unit_of_work() as session:
            found = get_user(session, id, principal=page.principal)
            check_if_match(posted.version, found)
            change_user(session, found, principal=page.principal, changes={"role": role})
    except (Conflict, Forbidden, Invalid, StaleVersion) as error:
        with database.reading() as session:
            return _show(page, session, id, error=error)
    return page.redirect(f"/bureau/users/{id}", notice="saved")


@router.post("/bureau/users/{id}/factors", name="reset_factors")
def reset(page: CurrentPage, id: UUID, posted: Pressed, database: AppDatabase) -> Response:
    """Clear the second factor of a user who has lost it."""
    page.take_display(posted)
    require_confirmation(page.principal)
    try:
        with database.unit_of_work() as session:
            found = get_user(session, id, principal=page.principal)
            reset_factors(session, found, principal=page.principal)
    except (Conflict, Forbidden, Invalid) as error:
        with database.reading() as session:
            return _show(page, session, id, error=error)
    return page.redirect(f"/bureau/users/{id}", notice="factor_reset")


def _show(page: WebPage, session: ReadSession, id: UUID, error: SankuError | None = None) -> Response:
    found = UserOut.of(get_user(session, id, principal=page.principal))
    organisation = (
        get_organisation(session, found.organisation_id, principal=page.principal)
        if found.organisation_id
        else None
    )
    return page.show(
        "bureau/user.html",
        status=error.status if error else 200,
        user=found,
        role=ROLES[found.role],
        staff_roles=[(one.value, ROLES[one.value]) for one in STAFF_ROLES]
        if found.role in STAFF_ROLES and allowed(page.principal, Action.USER_GRANT, own=False)
        else [],
        organisation=organisation.name if organisation else "",
        error=error,
    )
