"""Pages `/desk/import`: upload, templates, and one batch with its rows."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.accounts.organisations.service import by_id
from app.database import AppDatabase, ReadSession
from app.errors import Invalid, NotFound, SankuError
from app.exchange.batches import results
from app.exchange.batches.listing import (
    batch_page,
    batch_read,
    numbers_of_records,
    row_counts,
    shown_rows,
)
from app.exchange.batches.preview import preview
from app.exchange.batches.senders import confirm_headers
from app.exchange.batches.workbooks import as_workbook
from app.exchange.headers.dictionary import MAX_QUESTION, Kind
from app.exchange.templates import template
from app.libraries.record.enums import RecordKind
from app.paging import MAX_CURSOR, PageRequest
from app.services import AppSettings
from app.web.desk.imports.columns import LEAVE_OUT, question_views
from app.web.desk.imports.rows import ACTIONS, BATCH_STATES, IGNORED, KINDS, row_view
from app.web.desk.uploads import Scanned
from app.web.forms.filled import FilledForm
from app.web.i18n import mark as _
from app.web.i18n import translate
from app.web.page import CurrentPage, PagePublishingTurn, WebPage
from app.web.posted import Posted, PostedForm

router = APIRouter()

BATCHES = 20
ROWS = 50
_OWN_KINDS = (Kind.DEMAND, Kind.ACHIEVEMENT)

Cursor = Annotated[str | None, Query(max_length=MAX_CURSOR)]
Choice = Annotated[str, Query(max_length=20)]


@router.get("/desk/import", name="imports")
def imports(page: CurrentPage, session: ReadSession, cursor: Cursor = None) -> Response:
    """The form for a file, the templates, and the batches so far."""
    return _show_imports(page, session, cursor=cursor)


@router.post("/desk/import", name="import_file")
def import_file(
    page: CurrentPage,
    posted: Posted,
    database: AppDatabase,
    settings: AppSettings,
    upload: Scanned,
    _turn: PagePublishingTurn,
) -> Response:
    """Reads the file and leads to its preview; no record is touched."""
    page.take_display(posted)
    error: SankuError | None = None
    if not posted.only_shows:
        try:
            batch_id = preview(
                database,
                settings,
                upload.read(),
                name=upload.name,
                sender=posted.get("sender") or None,
                principal=page.principal,
            )
            return page.redirect(f"/desk/import/{batch_id}")
        except Invalid as refusal:
            error = refusal
    with database.reading() as session:
        return _show_imports(page, session, error=error, sender=posted.get("sender"))


@router.get("/desk/import/templates/{kind}", name="import_template")
def import_template(page: CurrentPage, kind: Kind) -> Response:
    """The template of a kind of record, to be saved."""
    if kind.value not in _kinds(page):
        raise NotFound
    return as_workbook(template(kind), f"{kind.value}-template.xlsx")


@router.get("/desk/import/{id}", name="import_batch")
def import_batch(
    page: CurrentPage,
    id: UUID,
    session: ReadSession,
    show: Choice = "",
    shown_as: Annotated[str, Query(alias="as", max_length=20)] = "",
    cursor: Cursor = None,
) -> Response:
    """One batch: what would become of each row, what is wrong, and what must be said of its lists."""
    return show_batch(page, session, id, show=show, cursor=cursor, shown_as=shown_as)


@router.post("/desk/import/{id}/columns", name="explain_import_columns")
def columns(
    page: CurrentPage,
    id: UUID,
    posted: Posted,
    database: AppDatabase,
    settings: AppSettings,
    upload: Scanned,
    _turn: PagePublishingTurn,
) -> Response:
    """Remembers what a list of the sender holds and its columns mean; with the file chosen again, it is read so."""
    page.take_display(posted)
    meanings = _meanings(posted)
    kind = posted.get("kind") if posted.get("kind") in _kinds(page) else ""
    try:
        if posted.only_shows:
            with database.reading() as session:
                return show_batch(page, session, id, shown_as=kind)
        with database.unit_of_work() as session:
            batch = batch_read(session, id, principal=page.principal)
            said = Kind(kind) if kind else None
            if said is not None or any(field is not None for field in meanings.values()):
                confirm_headers(session, batch.sender, meanings, principal=page.principal, kind=said)
        if not upload.is_chosen:
            return page.redirect("/desk/import", notice="columns_explained")
        again = preview(
            database,
            settings,
            upload.read(),
            name=upload.name,
            sender=batch.sender.partition(":")[2] or None,
            principal=page.principal,
        )
    except Invalid as refusal:
        with database.reading() as session:
            return show_batch(page, session, id, error=refusal, shown_as=kind)
    return page.redirect(f"/desk/import/{again}", notice="columns_read")


@router.post("/desk/import/{id}/marked", name="marked_import_file")
def marked(
    page: CurrentPage,
    id: UUID,
    posted: Posted,
    database: AppDatabase,
    upload: Scanned,
    _turn: PagePublishingTurn,
) -> Response:
    """The same file with a column of results, to be saved."""
    page.take_display(posted)
    try:
        with database.reading() as session:
            data = results.marked_file(session, id, upload.read(), principal=page.principal)
        return as_workbook(data, "result.xlsx")
    except Invalid as refusal:
        with database.reading() as session:
            return show_batch(page, session, id, error=refusal)


def show_batch(
    page: WebPage,
    session: ReadSession,
    batch_id: UUID,
    *,
    show: str = "",
    cursor: str | None = None,
    error: SankuError | None = None,
    typed: Mapping[UUID, FilledForm] | None = None,
    shown_as: str = "",
) -> Response:
    """The batch at one of its lists of rows. `typed` are corrections that were refused, by row; `shown_as` the kind
    whose fields are offered for a list of which nobody can tell what it holds."""
    batch = batch_read(session, batch_id, principal=page.principal)
    counts = row_counts(session, batch_id, principal=page.principal)
    tabs = [code for code in (*ACTIONS, "failed") if counts.get(code)]
    chosen = show if show in tabs else ""
    found = shown_rows(session, batch_id, PageRequest(ROWS, cursor), chosen, principal=page.principal)
    is_asking = batch.state.value in ("undecided", "previewed")
    return page.show(
        "desk/imports/batch.html",
        status=error.status if error else 200,
        batch=batch,
        state=BATCH_STATES[batch.state.value],
        counts=counts,
        tabs=tabs,
        chosen=chosen,
        actions=ACTIONS,
        ignored_words=IGNORED,
        numbers=_addresses(page, numbers_of_records(session, found.items)),
        rows=[row_view(row, (typed or {}).get(row.id)) for row in found.items],
        questions=question_views(batch.questions, _kinds(page), shown_as) if is_asking else [],
        kind_words=KINDS,
        error=error,
        first=page.with_query(cursor=None) if cursor else None,
        following=page.with_query(cursor=found.next_cursor) if found.next_cursor else None,
    )


def _show_imports(
    page: WebPage,
    session: ReadSession,
    *,
    cursor: str | None = None,
    error: SankuError | None = None,
    sender: str = "",
) -> Response:
    found = batch_page(session, PageRequest(BATCHES, cursor), principal=page.principal)
    return page.show(
        "desk/imports/list.html",
        status=error.status if error else 200,
        batches=found.items,
        states=BATCH_STATES,
        kinds=_kinds(page),
        senders=_sender_names(page, session, {one.sender for one in found.items}),
        sender=sender,
        error=error,
        first=page.with_query(cursor=None) if cursor else None,
        following=page.with_query(cursor=found.next_cursor) if found.next_cursor else None,
    )


def _sender_names(page: WebPage, session: ReadSession, senders: set[str]) -> dict[str, str]:
    """Sender → the name that the bureau reads; others import for their own organisation alone."""
    if not page.principal.sees_everything:
        return {}
    named = {one: one.partition(":") for one in senders}
    own = {UUID(name) for kind, _colon, name in named.values() if kind == "organisation"}
    organisations = {str(id_): one.name for id_, one in by_id(session, own).items()}
    return {
        one: organisations.get(name, name) or translate(_("管理部门"))
        for one, (_kind, _colon, name) in named.items()
    }


def _addresses(page: WebPage, numbers: Mapping[UUID, tuple[RecordKind, str]]) -> dict[UUID, str]:
    """Record → its page: the owner's own, or what everybody opens."""
    found = {}
    for id_, (kind, number) in numbers.items():
        bases = (f"/desk/{kind.value}s", f"/{kind.value}s")
        base = next((one for one in bases if page.leads_to(f"{one}/{{number}}")), None)
        if base is not None:
            found[id_] = f"{base}/{number}"
    return found


def _kinds(page: WebPage) -> dict[str, str]:
    """The kinds of record that the reader may import, with their labels."""
    if page.principal.sees_everything:
        return dict(KINDS)
    return {kind.value: KINDS[kind.value] for kind in _OWN_KINDS}


def _meanings(posted: PostedForm) -> dict[str, str | None]:
    """Header → field; `-` leaves a column out, and None is a column for which nothing was chosen."""
    found: dict[str, str | None] = {}
    for name in posted.names():
        if name.startswith("header."):
            field = posted.get(f"field.{name.removeprefix('header.')}")
            found[posted.get(name)[:MAX_QUESTION]] = "" if field == LEAVE_OUT else field or None
    return found
