"""Page `/bureau/organisations/{id}`: an organisation with its people and what its verification needs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.access.permissions import Action, require
from app.accounts.lists.invitations import invitation_page
from app.accounts.lists.organisations import organisation_page
from app.accounts.lists.users import user_page
from app.accounts.new_users import create_user
from app.accounts.organisations.credit_code import is_uscc
from app.accounts.organisations.schemas import OrganisationOut
from app.accounts.organisations.service import get_organisation, verify_organisation
from app.accounts.roles import ROLES_OF_KIND
from app.accounts.schemas import InvitationNew, UserNew
from app.accounts.self_service.invitations import invite, withdraw_invitation
from app.conditional_requests import check_if_match
from app.database import AppDatabase, Database, ReadSession
from app.errors import Conflict, SankuError, StaleVersion
from app.libraries.verified_owners import waiting_for_verification
from app.paging import PageRequest
from app.services import AppSettings
from app.settings import Settings
from app.web.bureau.lists.words import ORGANISATION_KINDS, ROLES
from app.web.forms.choices import listed
from app.web.forms.fields import Form, FormField, FormGroup, Widget
from app.web.forms.filled import FilledForm
from app.web.i18n import mark as _
from app.web.page import CurrentPage, Pressed, WebPage
from app.web.posted import Posted, PostedForm, id_of
from app.web.views.record_sheet import regions

router = APIRouter()

_PEOPLE = 100

_MAILBOX = FormField("email", Widget.EMAIL, label=_("邮箱"), required=True, autocomplete="off")
_PAGE_SAYS_IT = {"organisation_id": "the page is that of the organisation"}
INVITATION = Form(
    "invitation",
    InvitationNew,
    (FormGroup((_MAILBOX, FormField("administrator", Widget.FLAG, label=_("设为单位管理员")))),),
    absent=_PAGE_SAYS_IT,
)
ACCOUNT = Form(
    "account",
    UserNew,
    (
        FormGroup(
            (
                FormField("name", label=_("姓名"), required=True),
                _MAILBOX,
                FormField(
                    "password",
                    Widget.PASSWORD,
                    label=_("初始密码"),
                    required=True,
                    autocomplete="new-password",
                ),
            )
        ),
    ),
    absent=_PAGE_SAYS_IT,
)


@router.get("/bureau/organisations/{id}", name="organisation")
def organisation(page: CurrentPage, session: ReadSession, settings: AppSettings, id: UUID) -> Response:
    """One organisation, with its people."""
    return _show(page, session, settings, id)


@router.post("/bureau/organisations/{id}/verify", name="verify_organisation")
def verify(
    page: CurrentPage, id: UUID, posted: Pressed, database: AppDatabase, settings: AppSettings
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


@router.post("/bureau/organisations/{id}/invite", name="invite_member")
def invite_member(
    page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase, settings: AppSettings
) -> Response:
    """Sends an invitation to somebody of the organisation."""
    with database.reading() as session:
        form = FilledForm(_membership(page, session, id, INVITATION), posted=posted)

    def command(session: ReadSession) -> Response:
        wanted = form.model()
        assert isinstance(wanted, InvitationNew)

        def send() -> Response:
            asked = wanted.model_dump() | {"organisation_id": id}
            invite(session, settings, principal=page.principal, **asked)
            return page.redirect(f"/bureau/organisations/{id}", notice="invited")

        return page.once(database, session, posted, wanted, send)

    return _answer(page, posted, database, settings, id, command, invitation=form)


@router.post("/bureau/organisations/{id}/create-user", name="create_member")
def create_member(
    page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase, settings: AppSettings
) -> Response:
    """Opens an account with a first password, for somebody who gets no mail."""
    with database.reading() as session:
        form = FilledForm(_membership(page, session, id, ACCOUNT), posted=posted, prefix="a")

    def command(session: ReadSession) -> Response:
        wanted = form.model()
        assert isinstance(wanted, UserNew)

        def create() -> Response:
            create_user(
                session,
                principal=page.principal,
                facts=wanted.facts(),
                role=wanted.role,
                organisation_id=id,
            )
            return page.redirect(f"/bureau/organisations/{id}", notice="saved")

        return page.once(database, session, posted, wanted, create)

    return _answer(page, posted, database, settings, id, command, account=form)


@router.post("/bureau/organisations/{id}/withdraw", name="withdraw_members_invitation")
def withdraw(
    page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase, settings: AppSettings
) -> Response:
    """Ends an invitation."""

    def command(session: ReadSession) -> Response:
        withdraw_invitation(session, id_of(posted, "invitation"), principal=page.principal)
        return page.redirect(f"/bureau/organisations/{id}", notice="invitation_withdrawn")

    return _answer(page, posted, database, settings, id, command)


def _answer(
    page: WebPage,
    posted: PostedForm,
    database: Database,
    settings: Settings,
    id: UUID,
    command: Callable[[Any], Response],
    **forms: FilledForm,
) -> Response:
    """The command's answer; what is refused is said on the page, with what was typed."""
    answer = page.run(posted, database, command)
    if isinstance(answer, Response):
        return answer
    shown = {name: form.after(answer) for name, form in forms.items()}
    with database.reading() as session:
        return _show(page, session, settings, id, error=answer, **shown)


def _membership(page: WebPage, session: ReadSession, id: UUID, form: Form) -> Form:
    """The form, with the roles that the organisation's kind allows."""
    kind = OrganisationOut.of(get_organisation(session, id, principal=page.principal)).kind
    roles = listed(*((role.value, ROLES[role]) for role in ROLES_OF_KIND[kind]))
    role = FormField("role", Widget.CHOICE, label=_("角色"), required=True, choices=roles)
    return replace(form, groups=(FormGroup((*form.fields, role)),))


def _show(
    page: WebPage,
    session: ReadSession,
    settings: Settings,
    id: UUID,
    error: SankuError | None = None,
    invitation: FilledForm | None = None,
    account: FilledForm | None = None,
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
        invitations=invitation_page(
            session, PageRequest(_PEOPLE), principal=page.principal, organisation_id=id
        ).items,
        invitation=invitation or FilledForm(_membership(page, session, id, INVITATION)),
        account=account or FilledForm(_membership(page, session, id, ACCOUNT), prefix="a"),
        roles=ROLES,
        error=error,
    )
