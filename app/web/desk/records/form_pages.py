"""Pages `…/new` and `…/edit`: a record is written and kept as a draft; beside the form, what it would find now."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.accounts.idempotency import IdempotentRequest
from app.accounts.organisations.service import get_organisation
from app.database import AppDatabase, ReadSession
from app.errors import Invalid, StaleVersion
from app.libraries.http.dependencies import Runner
from app.libraries.http.responses import read_many
from app.libraries.lifecycle.commands import ChangeRecord, CreateRecord
from app.libraries.lifecycle.lookup import find_by_number
from app.libraries.record.enums import RecordState
from app.libraries.schemas import RecordFields
from app.matching.matcher import Matcher
from app.services import AppSettings, provided
from app.settings import Settings
from app.web.desk.records.desk_kind import ACHIEVEMENTS, DEMANDS, DeskKind
from app.web.desk.records.live import LiveCheck, live_check
from app.web.forms.carried import drop
from app.web.forms.conflicts import FieldConflict, field_conflicts, without_version
from app.web.forms.filled import FilledForm
from app.web.forms.parser import bind, validated
from app.web.i18n import mark as _
from app.web.page import CurrentPage, PageMatchingTurn, PagePublishingTurn, WebPage
from app.web.posted import Posted, PostedForm

AppMatcher = Annotated[Matcher, Depends(provided(Matcher))]

THEN = "_then"
"""The button that was pressed: `draft` keeps the draft, another value leads on to the check."""
CONFIRMED = "confirmed"
STEPS = (_("说清楚"), _("核对并发布"), _("看匹配"))
_TITLE_LENGTH = 30


def add_new(router: APIRouter, kind: DeskKind) -> None:
    """The form of a new record of one library."""
    plural = kind.library.plural

    @router.get(f"{kind.base}/new", name=f"new_{plural}")
    def new(page: CurrentPage, session: ReadSession) -> Response:
        """An empty form, with what is known of the organisation."""
        return show_form(page, kind, FilledForm(kind.form, _defaults(page, session)))

    @router.post(f"{kind.base}/new", name=f"create_{plural}")
    def create(
        page: CurrentPage, posted: Posted, runner: Runner, settings: AppSettings, database: AppDatabase
    ) -> Response:
        """Keeps a draft, and leads to the check."""
        form = FilledForm(kind.form, posted=posted)
        page.take_display(posted)
        if posted.only_shows:
            with database.reading() as session:
                shown = show_form(
                    page, kind, FilledForm(kind.form, posted=begun(page, session, kind, posted))
                )
            drop(shown)  # the problem of before the login has arrived
            return shown
        try:
            values = form.model()
            assert isinstance(values, RecordFields)
            fields = values.values()
            fields.pop("draft", None)
            command = CreateRecord(
                library=kind.library, values=fields, draft=True, principal=page.principal, settings=settings
            )
            prepared = runner.prepare(command)
        except Invalid as error:
            return show_form(page, kind, form.with_errors(error), status=422)
        # Posted twice it makes one record; posted again with other texts it makes another.
        key = f"{posted.key}.{_digest(values)}" if posted.key else None
        once = IdempotentRequest(
            database, runner.session, f"POST {page.path}", str(page.principal.user_id), key
        )
        return once.once(values, lambda: _lead_on(page, kind, posted, runner.store(command, prepared).number))


def add_change(router: APIRouter, kind: DeskKind) -> None:
    """The form of a record of one library."""
    plural = kind.library.plural

    @router.get(f"{kind.base}/{{number}}/edit", name=f"edit_{plural}")
    def edit(page: CurrentPage, number: str, session: ReadSession) -> Response:
        """The record in the form."""
        record = own_record(session, kind, number, page)
        return show_form(page, kind, _filled(kind, record), record=record)

    @router.post(f"{kind.base}/{{number}}/edit", name=f"change_{plural}")
    def change(
        page: CurrentPage,
        number: str,
        posted: Posted,
        _turn: PagePublishingTurn,
        session: ReadSession,
        runner: Runner,
        settings: AppSettings,
    ) -> Response:
        """Keeps the change; one of a published record is public at once, or reviewed first."""
        # Read apart from the session that writes, which then reads the row anew under its lock.
        record = own_record(session, kind, number, page)
        form = FilledForm(kind.form, posted=posted, version=record["version"])
        page.take_display(posted)
        if posted.only_shows:
            return show_form(page, kind, form, record=record)
        try:
            command = _change_command(page, kind, record, posted, settings)
            prepared = runner.prepare(command)
        except Invalid as error:
            return show_form(page, kind, form.with_errors(error), record=record, status=422)
        except StaleVersion:
            return _conflict(page, kind, posted, record)
        runner.store(command, prepared)
        if record["state"] == RecordState.DRAFT:
            return _lead_on(page, kind, posted, number)
        return page.redirect(kind.address(number), notice="saved")


def _change_command(
    page: WebPage, kind: DeskKind, record: Mapping[str, Any], posted: PostedForm, settings: Settings
) -> ChangeRecord:
    """
    Raises:
        Invalid: what was posted breaks the schema of the record.
    """
    values = validated(kind.library.patch_schema, bind(kind.form, posted, is_change=True) | _answers(posted))
    assert isinstance(values, RecordFields)
    return ChangeRecord(
        library=kind.library,
        record_id=UUID(record["id"]),
        values=values.values(),
        principal=page.principal,
        settings=settings,
        if_match=posted.version,
    )


def add_previews(router: APIRouter, kind: DeskKind) -> None:
    """What stands beside the forms of one library."""
    plural = kind.library.plural

    @router.post(f"{kind.base}/new/preview", name=f"preview_{plural}")
    def preview(
        page: CurrentPage, posted: Posted, _turn: PageMatchingTurn, session: ReadSession, matcher: AppMatcher
    ) -> Response:
        """What stands in the form, with what it would find."""
        return _preview(page, kind, posted, session, matcher)

    @router.post(f"{kind.base}/{{number}}/edit/preview", name=f"preview_change_{plural}")
    def preview_change(
        page: CurrentPage,
        number: str,
        posted: Posted,
        _turn: PageMatchingTurn,
        session: ReadSession,
        matcher: AppMatcher,
    ) -> Response:
        """What stands in the form, with what it would find."""
        record = own_record(session, kind, number, page)
        return _preview(page, kind, posted, session, matcher, record)


def own_record(session: ReadSession, kind: DeskKind, number: str, page: WebPage) -> dict[str, Any]:
    """A record of the reader's organisation, with all its fields.

    Raises:
        NotFound: there is none of that number.
    """
    record = find_by_number(session, kind.library, number, page.principal, own=True)
    (shown,) = read_many(session, kind.library, [record], principal=page.principal)
    return shown


def show_form(
    page: WebPage,
    kind: DeskKind,
    form: FilledForm,
    *,
    record: Mapping[str, Any] | None = None,
    live: LiveCheck | None = None,
    conflicts: tuple[FieldConflict, ...] = (),
    status: int = 200,
    block: str | None = None,
    suggestion: Sequence[object] = (),
    source: str = "",
) -> Response:
    """The form, beside it what it would find; above it what was suggested from the text `source` or a file."""
    return page.show(
        "desk/record_form.html",
        status=status,
        block=block,
        form_id=form.id,
        kind=kind,
        form=form,
        record=record,
        live=live,
        conflicts=conflicts,
        suggestion=suggestion,
        source=source,
        questions=[error for error in form.errors if error.confirm],
        steps=STEPS,
        then=THEN,
        address=kind.address(record["number"], "edit") if record else f"{kind.base}/new",
    )


def _preview(
    page: WebPage,
    kind: DeskKind,
    posted: PostedForm,
    session: ReadSession,
    matcher: Matcher,
    record: Mapping[str, Any] | None = None,
) -> Response:
    page.take_display(posted)
    form = FilledForm(kind.form, posted=posted, version=record["version"] if record else None)
    live = live_check(session, kind, form, principal=page.principal, matcher=matcher)
    return show_form(page, kind, form, record=record, live=live, block="live")


def _lead_on(page: WebPage, kind: DeskKind, posted: PostedForm, number: str) -> Response:
    if posted.get(THEN) == "draft":
        return page.redirect(kind.address(number), notice="draft_saved")
    return page.redirect(kind.address(number, "check"))


def _conflict(page: WebPage, kind: DeskKind, posted: PostedForm, record: Mapping[str, Any]) -> Response:
    """The form as typed, with what the others changed; saving it again replaces theirs knowingly."""
    theirs = _filled(kind, record)
    mine = FilledForm(kind.form, posted=without_version(posted), version=record["version"])
    return show_form(page, kind, mine, record=record, conflicts=field_conflicts(theirs, mine), status=412)


def _filled(kind: DeskKind, record: Mapping[str, Any]) -> FilledForm:
    values = dict(record)
    rows = values.get("indicators") or []
    values["indicators"] = [row | {"must": "true" if row.get("must", True) else "false"} for row in rows]
    return FilledForm(kind.form, values, version=record["version"])


def _defaults(page: WebPage, session: ReadSession) -> dict[str, Any]:
    organisation_id = page.principal.organisation_id
    values: dict[str, Any] = {"publish_mode": "public", "undertaking": "none"}
    if organisation_id is not None:
        values["region"] = get_organisation(session, organisation_id, principal=page.principal).region
    return values


def begun(page: WebPage, session: ReadSession, kind: DeskKind, posted: PostedForm) -> PostedForm:
    """A text that comes from another page gets its first clause as title, and what is known of the organisation.

    What stands in a form that was seen before is left as it is.
    """
    pairs = posted.pairs
    if "title" not in posted.names():
        known = set(posted.names())
        pairs += tuple(pair for pair in _defaults(page, session).items() if pair[0] not in known and pair[1])
    text = posted.get(kind.library.main_text).strip()
    if text and not posted.get("title").strip():
        clause = text
        for sign in "。；！？\n，,;":
            clause = clause.split(sign)[0]
        pairs = (*(pair for pair in pairs if pair[0] != "title"), ("title", clause[:_TITLE_LENGTH]))
    return PostedForm(pairs, posted.files)


def _answers(posted: PostedForm) -> dict[str, list[str]]:
    words = posted.all(CONFIRMED)
    return {CONFIRMED: words} if words else {}


def _digest(values: RecordFields) -> str:
    return hashlib.sha256(values.model_dump_json().encode()).hexdigest()[:16]


router = APIRouter()
for _kind in (DEMANDS, ACHIEVEMENTS):
    add_new(router, _kind)
    add_change(router, _kind)
    add_previews(router, _kind)
