"""Pages `/engagements/{id}`: the engagement, and the commands of its participants."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.organisations.lookup import organisation_called
from app.database import AppDatabase, ReadSession
from app.engagements import contact_visibility, presenter
from app.engagements.lifecycle import stage_changes
from app.engagements.people import admissions, invitations, participants, undertakings
from app.engagements.schemas import (
    InvitationRequest,
    MoveRequest,
    NoteRequest,
    SharesRequest,
    UndertakingRequest,
)
from app.engagements.shares import service as manager_shares
from app.engagements.timeline import notes
from app.errors import Conflict, Forbidden, Invalid
from app.libraries.managers.lookup import manager_called
from app.web.engagements.forms import END, INVITE, INVITE_COLLEAGUE, INVITE_INVESTOR, MOVE, NOTE
from app.web.engagements.sheet import show_engagement, with_errors
from app.web.forms.fields import Form
from app.web.forms.filled import FilledForm
from app.web.forms.parser import validated
from app.web.page import CurrentPage, Pressed, WebPage
from app.web.posted import Posted, PostedForm, id_of

router = APIRouter()

Command = Callable[[Any], Any]


@router.get("/engagements/{id}", name="engagement")
def engagement(page: CurrentPage, id: UUID, session: ReadSession, tab: str = "") -> Response:
    """The pair, its stage and consents, and one of its parts."""
    return show_engagement(page, session, id, tab=tab)


@router.post("/engagements/{id}/consent", name="consent_engagement")
def consent(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Takes part, or has the consent wait for the bureau, as the page then says."""

    def command(session: ReadSession) -> Response | None:
        held = participants.consent(session, id, id_of(posted, "participant"), principal=page.principal)
        return None if held is None else page.redirect(f"/engagements/{id}", notice="consent_noted")

    return run(page, id, posted, database, command, notice="saved")


@router.post("/engagements/{id}/refuse", name="refuse_engagement")
def refuse(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Declines the invitation; the engagement is then no longer shown."""

    def command(session: ReadSession) -> None:
        participants.decline(session, id, id_of(posted, "participant"), principal=page.principal)

    return run(page, id, posted, database, command, back="/engagements", notice="saved")


@router.post("/engagements/{id}/leave", name="leave_engagement")
def leave(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Withdraws the consent."""

    def command(session: ReadSession) -> None:
        participants.leave(session, id, id_of(posted, "participant"), principal=page.principal)

    return run(page, id, posted, database, command, back="/engagements", notice="saved")


@router.post("/engagements/{id}/move", name="move_engagement")
def move(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """To another stage."""
    form = _filled(END if posted.get("to") == "ended" else MOVE, posted)

    def command(session: ReadSession) -> None:
        wanted = form.model()
        assert isinstance(wanted, MoveRequest)
        stage_changes.change_stage(
            session,
            id,
            target=wanted.to,
            note=wanted.note,
            reason=wanted.reason,
            principal=page.principal,
            if_match=posted.version,
        )

    return run(page, id, posted, database, command, form=form, notice="saved")


@router.post("/engagements/{id}/note", name="add_engagement_note")
def note(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Writes to the timeline."""
    form = _filled(NOTE, posted)

    def command(session: ReadSession) -> Response:
        wanted = form.model()
        assert isinstance(wanted, NoteRequest)

        def create() -> Response:
            notes.add_note(session, id, text=wanted.text, principal=page.principal)
            return page.redirect(f"/engagements/{id}", notice="saved")

        return page.once(database, session, posted, wanted, create)

    return run(page, id, posted, database, command, form=form)


@router.post("/engagements/{id}/invite", name="invite_to_engagement")
def invite(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Invites a manager or an investor by name, a colleague of one's side, or an owner again."""
    role = posted.get("role") or "manager"
    form = _filled({"manager": INVITE, "investor": INVITE_INVESTOR}.get(role, INVITE_COLLEAGUE), posted)

    def command(session: ReadSession) -> None:
        wanted = validated(InvitationRequest, {"role": role} | _invited(session, page, posted, role))
        invitations.invite(
            session, id, invitation=invitations.Invitation(**dict(wanted)), principal=page.principal
        )

    return run(page, id, posted, database, command, form=form, tab="people", notice="sent")


@router.post("/engagements/{id}/opening", name="open_engagement_files")
def opening(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Opens the files to a third party for the reader's side, or closes them."""

    def command(session: ReadSession) -> None:
        admissions.open_files(
            session,
            id,
            id_of(posted, "participant"),
            opened=posted.get("opened") == "1",
            principal=page.principal,
        )

    return run(page, id, posted, database, command, tab="people", notice="saved")


@router.post("/engagements/{id}/shares", name="engagement_shares")
def shares(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """The lead proposes all shares; other managers confirm theirs."""

    def command(session: ReadSession) -> None:
        if posted.get("confirm"):
            manager_shares.confirm_shares(session, id, principal=page.principal)
            return
        rows = [
            {"manager_id": name.removeprefix("share."), "percent": posted.get(name).strip()}
            for name in posted.names()
            if name.startswith("share.")
        ]
        wanted = validated(SharesRequest, {"shares": rows})
        assert isinstance(wanted, SharesRequest)
        given = [(share.manager_id, share.percent) for share in wanted.shares]
        shares = manager_shares.share_managers(session, given, principal=page.principal)
        manager_shares.propose_shares(session, id, shares=shares, principal=page.principal)

    return run(page, id, posted, database, command, tab="people", notice="saved")


@router.post("/engagements/{id}/undertake", name="give_undertaking")
def undertake(page: CurrentPage, id: UUID, posted: Posted, database: AppDatabase) -> Response:
    """Accepts the confidentiality undertaking for the record of one side."""

    def command(session: ReadSession) -> None:
        wanted = validated(
            UndertakingRequest,
            {
                "side": posted.get("side"),
                "text_version": posted.get("text_version"),
                "language": page.language,
            },
        )
        assert isinstance(wanted, UndertakingRequest)
        undertakings.give_undertaking(
            session,
            id,
            wanted.side,
            text_version=wanted.text_version,
            language=wanted.language,
            principal=page.principal,
        )

    return run(page, id, posted, database, command, notice="undertaken")


@router.post("/engagements/{id}/contacts", name="engagement_contacts")
def contacts(page: CurrentPage, id: UUID, posted: Pressed, database: AppDatabase) -> Response:
    """Shows the contacts of the others, which is logged: a change, and therefore no GET."""
    page.take_display(posted)
    try:
        with database.unit_of_work() as session:
            disclosed = contact_visibility.reveal_contacts(session, id, principal=page.principal)
            shown = [presenter.read_contact(contact) for contact in disclosed]
    except (Conflict, Forbidden) as error:
        with database.reading() as session:
            return show_engagement(page, session, id, tab="contacts", error=error)
    with database.reading() as session:
        return show_engagement(page, session, id, tab="contacts", contacts=shown)


def run(
    page: WebPage,
    engagement_id: UUID,
    posted: PostedForm,
    database: AppDatabase,
    command: Command,
    *,
    form: FilledForm | None = None,
    tab: str = "",
    back: str | None = None,
    notice: str | None = None,
) -> Response:
    """Run a command in a unit of its own; what is refused is said on the page, with everything that was typed."""
    page.take_display(posted)
    if posted.only_shows:
        with database.reading() as session:
            return show_engagement(page, session, engagement_id, tab=tab, form=form)
    try:
        with database.unit_of_work() as session:
            answer = command(session)
    except (Conflict, Invalid) as error:
        if form is not None:
            form = with_errors(form, error)
        with database.reading() as session:
            return show_engagement(page, session, engagement_id, tab=tab, error=error, form=form)
    if isinstance(answer, Response):
        return answer
    place = f"/engagements/{engagement_id}" + (f"?tab={tab}" if tab else "")
    return page.redirect(back or place, notice=notice)


def _filled(form: Form, posted: PostedForm) -> FilledForm:
    return FilledForm(form, posted=posted, prefix=form.id)


def _invited(session: ReadSession, page: WebPage, posted: PostedForm, role: str) -> dict[str, Any]:
    """Whom the form names; nobody, if the owner is asked again."""
    principal = page.principal
    if role == "manager":
        name = posted.get("manager_id").strip()
        return {"manager_id": manager_called(session, name, field="manager_id", principal=principal)}
    if role == "investor":
        name = posted.get("organisation_id").strip()
        found = organisation_called(session, name, field="organisation_id", principal=principal)
        return {"organisation_id": found}
    return {"user_id": posted.get("user_id")} if "user_id" in set(posted.names()) else {}
