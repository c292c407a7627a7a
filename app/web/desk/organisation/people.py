"""Page `/desk/organisation/people`: colleagues; administrators invite, appoint and remove them."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.access.permissions import Action, allowed
from app.accounts.lists.invitations import invitation_page
from app.accounts.lists.users import user_page
from app.accounts.organisations.schemas import OrganisationOut
from app.accounts.organisations.service import get_organisation
from app.accounts.roles import registration_roles
from app.accounts.schemas import InvitationNew
from app.accounts.self_service.invitations import invite, withdraw_invitation
from app.accounts.users import change_user, get_user, require_change
from app.conditional_requests import check_if_match
from app.database import AppDatabase, ReadSession
from app.errors import SankuError
from app.paging import PageRequest
from app.services import AppSettings
from app.web.desk.organisation.profile import own_id
from app.web.forms.choices import listed
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.i18n import mark as _
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted, PostedForm, id_of
from app.web.views.account_words import ROLES

router = APIRouter()

PEOPLE = "/desk/organisation/people"
_ROWS = 50


def _invitation(page: WebPage, session: ReadSession) -> Form:
    """The form, with the roles that the organisation's administrators give."""
    organisation = OrganisationOut.of(get_organisation(session, own_id(page), principal=page.principal))
    roles = listed(*((role.value, ROLES[role]) for role in registration_roles(organisation.kind)))
    email = FormField(
        "email",
        Widget.EMAIL,
        label=_("邮箱"),
        hint=_("邀请链接发往此邮箱，7 天内有效。"),
        required=True,
        autocomplete="off",
    )
    role = FormField("role", Widget.CHOICE, label=_("角色"), required=True, choices=roles)
    administrator = FormField("administrator", Widget.FLAG, label=_("设为本单位管理员"))
    return Form("invitation", InvitationNew, (FormGroup((email, role, administrator)),))


@router.get(PEOPLE, name="people")
def people(page: CurrentPage, session: ReadSession) -> Response:
    """Who has an account, and who is invited."""
    return _show(page, session)


@router.post(f"{PEOPLE}/invite", name="invite_colleague")
def invite_colleague(
    page: CurrentPage, posted: Posted, database: AppDatabase, settings: AppSettings
) -> Response:
    """Sends the invitation."""
    with database.reading() as session:
        form = FilledForm(_invitation(page, session), posted=posted)

    def command(session: ReadSession) -> Response:
        wanted = form.model()
        assert isinstance(wanted, InvitationNew)

        def send() -> Response:
            invite(session, settings, principal=page.principal, **wanted.model_dump())
            return page.redirect(PEOPLE, notice="invited")

        return page.once(database, session, posted, wanted, send)

    return _run(page, posted, database, command, form)


@router.post(f"{PEOPLE}/withdraw", name="withdraw_invitation")
def withdraw(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Ends an invitation."""

    def command(session: ReadSession) -> Response:
        withdraw_invitation(session, id_of(posted, "invitation"), principal=page.principal)
        return page.redirect(PEOPLE, notice="invitation_withdrawn")

    return _run(page, posted, database, command)


@router.post(f"{PEOPLE}/administrator", name="appoint_administrator")
def appoint(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Makes a colleague administrator, or no longer."""
    return _change(page, posted, database, {"administrator": posted.get("administrator") == "1"}, "saved")


@router.post(f"{PEOPLE}/remove", name="remove_colleague")
def remove(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Closes a colleague's account, or the reader's own."""
    return _change(page, posted, database, {"active": False}, "removed")


def _change(
    page: WebPage, posted: PostedForm, database: AppDatabase, changes: dict[str, Any], notice: str
) -> Response:
    def command(session: ReadSession) -> Response:
        user = get_user(session, id_of(posted, "user"), principal=page.principal)
        require_change(page.principal, user)
        check_if_match(posted.version, user)
        change_user(session, user, principal=page.principal, changes=changes)
        return page.redirect(
            PEOPLE if user.active or user.id != page.principal.user_id else "/", notice=notice
        )

    return _run(page, posted, database, command)


def _run(
    page: WebPage,
    posted: PostedForm,
    database: AppDatabase,
    command: Callable[[Any], Response],
    form: FilledForm | None = None,
) -> Response:
    """The command's answer; what is refused is said on the page, with what was typed."""
    return page.act(
        posted,
        database,
        command,
        lambda session, error: _show(page, session, form.after(error) if form else None, error=error),
    )


def _show(
    page: WebPage, session: ReadSession, form: FilledForm | None = None, *, error: SankuError | None = None
) -> Response:
    who = page.principal
    query = page.request.query_params
    closed = query.get("state") == "closed"
    found = None
    if allowed(who, Action.USER_READ, own=True):
        place = PageRequest(_ROWS, query.get("cursor"))
        found = user_page(session, place, principal=who, active=not closed)
    may_invite = allowed(who, Action.USER_INVITE, own=True)
    return page.show(
        "desk/organisation/people.html",
        status=error.status if error else 200,
        form_id=form.id if form else None,
        found=found,
        closed=closed,
        following=page.with_query(cursor=found.next_cursor) if found and found.next_cursor else None,
        invitations=invitation_page(session, PageRequest(_ROWS), principal=who).items if may_invite else (),
        may_invite=may_invite,
        form=form or FilledForm(_invitation(page, session), {"role": who.role}),
        roles=ROLES,
        error=error,
    )
