"""Page `/me/profile`: the manager's own record, how others see it, and its publication."""

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
from app.libraries.lifecycle.commands import ChangeRecord, CreateRecord, MoveRecord, find
from app.libraries.lifecycle.transitions import TRANSITIONS
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.registry import LIBRARIES
from app.libraries.schemas import RecordFields
from app.services import AppSettings
from app.web.forms.conflicts import FieldConflict, field_conflicts, without_version
from app.web.forms.filled import FilledForm
from app.web.forms.parser import validated
from app.web.manager.profile_form import PROFILE, filled, values_of
from app.web.page import CurrentPage, PagePublishingTurn, WebPage
from app.web.posted import Posted
from app.web.views.record_sheet import record_sheet

router = APIRouter()

_HERE = "/me/profile"
_LIBRARY = LIBRARIES[RecordKind.MANAGER]
_MEMBER = Principal(role=Role.ENTERPRISE, verified=True)
CONFIRMED = "confirmed"


@router.get(_HERE, name="own_profile")
def profile(page: CurrentPage, session: ReadSession) -> Response:
    """The record in the form, or an empty form with the manager's name."""
    return _show(page, session)


@router.post(_HERE, name="save_profile")
def save(
    page: CurrentPage,
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
        return _show(page, session, form)
    manager = page.principal.manager_id if posted.version else None
    target, key = f"POST {page.path}", posted.key if manager is None else None
    once = IdempotentRequest(database, runner.session, target, str(page.principal.user_id), key)
    if once.is_repeated():  # the record of the first time exists by now
        return page.redirect(_HERE, notice="saved")
    try:
        command: CreateRecord | ChangeRecord
        if manager is None:
            new = validated(_LIBRARY.create_schema, values_of(posted, is_change=False))
            assert isinstance(new, RecordFields)
            fields = new.values()
            fields.pop("draft", None)
            command = CreateRecord(
                library=_LIBRARY, values=fields, draft=True, principal=page.principal, settings=settings
            )
        else:
            words = posted.all(CONFIRMED)
            wanted = values_of(posted, is_change=True) | ({CONFIRMED: words} if words else {})
            new = validated(_LIBRARY.patch_schema, wanted)
            assert isinstance(new, RecordFields)
            command = ChangeRecord(
                library=_LIBRARY,
                record_id=manager,
                values=new.values(),
                principal=page.principal,
                settings=settings,
                if_match=posted.version,
            )
        prepared = runner.prepare(command)
    except (Conflict, Invalid, StaleVersion) as error:
        return _show(page, session, form.after(error), error=error)

    def store() -> Response:
        runner.store(command, prepared)
        return page.redirect(_HERE, notice="saved")

    return once.once(new, store)


@router.post(f"{_HERE}/submit", name="publish_profile")
def publish(
    page: CurrentPage,
    posted: Posted,
    _turn: PagePublishingTurn,
    session: ReadSession,
    runner: Runner,
    settings: AppSettings,
) -> Response:
    """Publishes the record, or submits it for review."""
    page.take_display(posted)
    if page.principal.manager_id is None:
        raise NotFound
    command = MoveRecord(
        library=_LIBRARY,
        principal=page.principal,
        settings=settings,
        record_id=page.principal.manager_id,
        transition=TRANSITIONS["submit"],
        if_match=posted.version,
        confirmed=tuple(posted.all(CONFIRMED)),
    )
    if posted.only_shows:
        return _show(page, session)
    try:
        prepared = runner.prepare(command)
    except (Conflict, Invalid, StaleVersion) as error:
        return _show(page, session, error=error)
    stored = runner.store(command, prepared)
    return page.redirect(_HERE, notice="published" if stored.state == RecordState.PUBLISHED else "submitted")


@router.get(f"{_HERE}/preview", name="profile_preview")
def preview(page: CurrentPage, session: ReadSession) -> Response:
    """The record as strangers and as members of verified organisations see it."""
    if page.principal.manager_id is None:
        return page.redirect(_HERE)
    member = page.request.query_params.get("as") == "member"
    found = find(session, _LIBRARY, page.principal.manager_id, page.principal, lock=False)
    (record,) = read_many(session, _LIBRARY, [found], principal=_MEMBER if member else ANONYMOUS)
    return page.show(
        "manager/profile_preview.html",
        record=record,
        sheet=record_sheet(RecordKind.MANAGER, record),
        member=member,
    )


def _show(
    page: WebPage, session: ReadSession, form: FilledForm | None = None, *, error: SankuError | None = None
) -> Response:
    record = _own(page, session)
    conflicts: tuple[FieldConflict, ...] = ()
    if record is None:
        form = form or FilledForm(PROFILE, {"title": page.who.name, "accepts_pushes": True})
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
        state=RecordState.of(record["state"]) if record else None,
        form=form,
        conflicts=conflicts,
        questions=[one for one in form.errors if one.confirm],
        shown_names=form.shown_names,
        error=error,
    )


def _own(page: WebPage, session: ReadSession) -> dict[str, Any] | None:
    if page.principal.manager_id is None:
        return None
    found = find(session, _LIBRARY, page.principal.manager_id, page.principal, lock=False)
    (record,) = read_many(session, _LIBRARY, [found], principal=page.principal)
    return record


def _names(session: ReadSession, record: dict[str, Any]) -> dict[str, str]:
    """The names of the organisations that the ties name by their ids."""
    ties = record.get("declared_conflicts") or []
    ids = [UUID(tie["organisation_id"]) for tie in ties if tie.get("organisation_id")]
    return {str(id_): one.name for id_, one in by_id(session, ids).items()}
