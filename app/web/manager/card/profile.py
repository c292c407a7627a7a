"""Pages `…/profile`: a manager's card, their own or one of the reader's institution: how others see it, publication."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.access.principal import ANONYMOUS, Principal, Role
from app.accounts.idempotency import IdempotentRequest
from app.accounts.organisations.service import by_id
from app.database import AppDatabase, ReadSession
from app.errors import Conflict, Invalid, NotFound, SankuError, StaleVersion
from app.libraries.http.dependencies import Runner
from app.libraries.http.responses import read_many
from app.libraries.lifecycle.commands import ChangeRecord, CreateRecord, MoveRecord
from app.libraries.lifecycle.lookup import find
from app.libraries.lifecycle.transitions import TRANSITIONS
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.registry import LIBRARIES
from app.libraries.schemas import RecordFields
from app.services import AppSettings
from app.settings import Settings
from app.web.forms.conflicts import FieldConflict, field_conflicts, without_version
from app.web.forms.filled import FilledForm
from app.web.forms.parser import validated
from app.web.manager.card.profile_form import PROFILE, filled, values_of
from app.web.manager.recognition.holder import STAFF_MEMBER, CurrentHolder, RecognitionHolder
from app.web.page import CurrentPage, PagePublishingTurn, WebPage
from app.web.posted import Posted, PostedForm
from app.web.views.record_sheet import record_sheet

router = APIRouter()

OWN_CARD = "/me/profile"
STAFF_CARD = f"{STAFF_MEMBER}/profile"
NEW_CARD = "/desk/staff/new"
_LIBRARY = LIBRARIES[RecordKind.MANAGER]
_STEPS = ("withdraw", "close", "restore")
_LIST = "/desk/staff"
_MEMBER = Principal(role=Role.ENTERPRISE, verified=True)
CONFIRMED = "confirmed"


def card_address(page: WebPage, holder: RecognitionHolder | None) -> str:
    """The page of a card, or of a new one."""
    if page.principal.role is Role.MANAGER:
        return OWN_CARD
    return NEW_CARD if holder is None else holder.address("profile")


@router.get(OWN_CARD, name="own_profile")
@router.get(NEW_CARD, name="new_staff_card")
@router.get(STAFF_CARD, name="staff_card")
def profile(page: CurrentPage, holder: CurrentHolder, session: ReadSession) -> Response:
    """The record in the form, or an empty form with the manager's name."""
    return show_card(page, holder, session)


@router.post(OWN_CARD, name="save_profile")
@router.post(NEW_CARD, name="make_staff_card")
@router.post(STAFF_CARD, name="save_staff_card")
def save(
    page: CurrentPage,
    holder: CurrentHolder,
    posted: Posted,
    _turn: PagePublishingTurn,
    session: ReadSession,
    runner: Runner,
    settings: AppSettings,
    database: AppDatabase,
) -> Response:
    """Keeps a draft; a change of a published record is public at once, or reviewed first."""
    page.take_display(posted)
    form = FilledForm(PROFILE, posted=posted)
    if posted.only_shows:
        return show_card(page, holder, session, form)
    manager = holder.manager_id if holder and (posted.version or holder.name) else None
    target, key = f"POST {page.path}", posted.key if manager is None else None
    once = IdempotentRequest(database, runner.session, target, str(page.principal.user_id), key)
    if once.is_repeated():  # the record of the first time exists by now
        return page.redirect(_LIST if holder is None else card_address(page, holder), notice="saved")
    try:
        new = _sent_fields(posted, is_change=manager is not None)
        command = _command(page, new, posted, settings, manager)
        prepared = runner.prepare(command)
    except (Conflict, Invalid, StaleVersion) as error:
        return show_card(page, holder, session, form.after(error), error=error)

    def store() -> Response:
        stored = runner.store(command, prepared)
        made = f"/desk/staff/{stored.number}/profile"
        return page.redirect(
            made if card_address(page, holder) == NEW_CARD else card_address(page, holder), notice="saved"
        )

    return once.once(new, store)


def _sent_fields(posted: PostedForm, *, is_change: bool) -> RecordFields:
    """
    Raises:
        Invalid: what was posted breaks the schema of a card, or of a change of one.
    """
    words = posted.all(CONFIRMED) if is_change else None
    wanted = values_of(posted, is_change=is_change) | ({CONFIRMED: words} if words else {})
    fields = validated(_LIBRARY.patch_schema if is_change else _LIBRARY.create_schema, wanted)
    assert isinstance(fields, RecordFields)
    return fields


def _command(
    page: WebPage, fields: RecordFields, posted: PostedForm, settings: Settings, manager_id: UUID | None
) -> CreateRecord | ChangeRecord:
    """The change of this card; a draft of a new one without an id."""
    values = fields.values()
    if manager_id is None:
        values.pop("draft", None)
        return CreateRecord(
            library=_LIBRARY, values=values, draft=True, principal=page.principal, settings=settings
        )
    return ChangeRecord(
        library=_LIBRARY,
        record_id=manager_id,
        values=values,
        principal=page.principal,
        settings=settings,
        if_match=posted.version,
    )


@router.post(f"{OWN_CARD}/submit", name="publish_profile")
@router.post(f"{STAFF_CARD}/submit", name="publish_staff_card")
def publish(
    page: CurrentPage,
    holder: CurrentHolder,
    posted: Posted,
    _turn: PagePublishingTurn,
    session: ReadSession,
    runner: Runner,
    settings: AppSettings,
) -> Response:
    """Publishes the record, or submits it for review."""
    page.take_display(posted)
    if holder is None:
        raise NotFound
    command = MoveRecord(
        library=_LIBRARY,
        principal=page.principal,
        settings=settings,
        record_id=holder.manager_id,
        transition=TRANSITIONS["submit"],
        if_match=posted.version,
        confirmed=tuple(posted.all(CONFIRMED)),
    )
    if posted.only_shows:
        return show_card(page, holder, session)
    try:
        prepared = runner.prepare(command)
    except (Conflict, Invalid, StaleVersion) as error:
        return show_card(page, holder, session, error=error)
    stored = runner.store(command, prepared)
    address = card_address(page, holder)
    return page.redirect(
        address, notice="published" if stored.state == RecordState.PUBLISHED else "submitted"
    )


@router.get(f"{OWN_CARD}/preview", name="profile_preview")
@router.get(f"{STAFF_CARD}/preview", name="staff_card_preview")
def preview(page: CurrentPage, holder: CurrentHolder, session: ReadSession) -> Response:
    """The record as strangers and as members of verified organisations see it."""
    if holder is None:
        return page.redirect(OWN_CARD)
    member = page.request.query_params.get("as") == "member"
    found = find(session, _LIBRARY, holder.manager_id, page.principal, lock=False)
    (record,) = read_many(session, _LIBRARY, [found], principal=_MEMBER if member else ANONYMOUS)
    return page.show(
        "manager/profile_preview.html",
        record=record,
        sheet=record_sheet(RecordKind.MANAGER, record),
        member=member,
        card=card_address(page, holder),
    )


def show_card(
    page: WebPage,
    holder: RecognitionHolder | None,
    session: ReadSession,
    form: FilledForm | None = None,
    *,
    error: SankuError | None = None,
) -> Response:
    """The page of a card: with what was typed or refused, if there is such."""
    record = _stored(page, holder, session)
    conflicts: tuple[FieldConflict, ...] = ()
    if record is None:
        own = {"title": page.who.name} if page.principal.role is Role.MANAGER else {}
        form = form or FilledForm(PROFILE, {"accepts_pushes": True} | own)
    else:
        stored = filled(record, _names(session, record), record["version"])
        if form is not None and isinstance(error, StaleVersion):
            form = FilledForm(PROFILE, posted=without_version(form.posted), version=record["version"])
            conflicts = field_conflicts(stored, form)
        form = form or (stored.after(error) if error else stored)
    return page.show(
        "manager/profile.html",
        status=error.status if error else 200,
        form_id=form.id,
        record=record,
        state=(state := RecordState.of(record["state"]) if record else None),
        steps=[name for name in _STEPS if state in TRANSITIONS[name].sources],
        is_deletable=record is not None and state is RecordState.DRAFT and record["published_at"] is None,
        card=card_address(page, holder),
        staff=holder is not None and bool(holder.name),
        is_own=page.principal.role is Role.MANAGER,
        form=form,
        conflicts=conflicts,
        questions=[one for one in form.errors if one.confirm],
        labels=form.form.labels,
        error=error,
    )


def _stored(page: WebPage, holder: RecognitionHolder | None, session: ReadSession) -> dict[str, Any] | None:
    if holder is None:
        return None
    found = find(session, _LIBRARY, holder.manager_id, page.principal, lock=False)
    (record,) = read_many(session, _LIBRARY, [found], principal=page.principal)
    return record


def _names(session: ReadSession, record: dict[str, Any]) -> dict[str, str]:
    """The names of the organisations that the ties name by their ids."""
    ties = record.get("declared_conflicts") or []
    ids = [UUID(tie["organisation_id"]) for tie in ties if tie.get("organisation_id")]
    return {str(id_): one.name for id_, one in by_id(session, ids).items()}
