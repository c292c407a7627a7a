"""Preview of a file: its rows are stored with what a commit would do with each; no record is touched."""

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.database import Database, new_id, now
from app.errors import Conflict, SankuError
from app.exchange.batches.models import BatchState, ImportBatch, ImportHeader, ImportRow
from app.exchange.batches.rows import RowPlanner
from app.exchange.batches.senders import learnt_headers, sender_of
from app.exchange.batches.targets.admission import own_organisation
from app.exchange.headers.dictionary import Kind
from app.exchange.readers.formats import read_content
from app.exchange.records.assembly import Extraction
from app.exchange.report import ignored_entry, question_entry, table_entry
from app.settings import Settings

CHUNK = 500
"""Rows a transaction."""
GOES_ON_FOR = timedelta(days=1)
"""How long reading that was interrupted may go on."""
MAX_IGNORED = 1000


def preview(
    database: Database,
    settings: Settings,
    data: bytes,
    *,
    name: str,
    sender: str | None,
    principal: Principal,
    kind: Kind | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> UUID:
    """Read a file and store its rows; returns the id of the batch. Reading that was interrupted goes on where it ended.
    `on_progress` receives the rows read so far. `kind` is what lists hold that do not tell it by their headers.

    Raises:
        Forbidden: the principal may not import.
        Invalid: the file cannot be read.
        Conflict: the same file was uploaded again, and that upload reads on.
    """
    require(principal, Action.IMPORT_CREATE, own=True)
    content = read_content(data)
    whose = sender_of(principal, sender)
    reader = new_id()
    batch = ImportBatch(
        id=new_id(),
        organisation_id=principal.organisation_id,
        created_by=principal.user_id,
        sender=whose,
        file_name=name[-200:],
        sha256=hashlib.sha256(data).hexdigest(),
        form=content.form,
        reader=reader,
    )
    with database.reading() as session:
        own = own_organisation(session, principal)
        owner = None if own is None else own.name
        learnt = learnt_headers(session, whose)
        learnt.kind = kind
        extraction = Extraction(content, learnt, owner=owner)
    with database.unit_of_work() as session:
        batch_id = _begun(session, batch)
    try:
        planner = RowPlanner(batch_id, whose, principal, settings)
        _store(database, batch_id, reader, planner, extraction, on_progress)
    except TakenOver:
        raise
    except SankuError:
        _discard(database, batch_id)
        raise
    return batch_id


class TakenOver(Conflict):
    """A later upload of the same file reads on."""


def _begun(session: Session, batch: ImportBatch) -> UUID:
    """The id of the batch, or of one of the last day that the same user began with the same file, and that nothing was
    explained to since: its reader is this one now."""
    row = ImportBatch
    query = select(row).where(
        row.sha256 == batch.sha256,
        row.sender == batch.sender,
        row.state == BatchState.READING.value,
        row.created_by.is_not_distinct_from(batch.created_by),
        row.created_at >= now() - GOES_ON_FOR,
    )
    found = session.scalar(query.order_by(row.id.desc()).limit(1).with_for_update())
    explained = select(ImportHeader.id).where(ImportHeader.sender == batch.sender)
    if found is not None and session.scalar(
        explained.where(ImportHeader.confirmed_at >= found.created_at).limit(1)
    ):
        found = None
    if found is None:
        session.add(batch)
        return batch.id
    found.reader = batch.reader
    return found.id


def _store(
    database: Database,
    batch_id: UUID,
    reader: UUID,
    planner: RowPlanner,
    extraction: Extraction,
    on_progress: Callable[[int], None] | None,
) -> None:
    counts = _counted(database, batch_id)
    drafts = islice(enumerate(extraction.drafts(), 1), counts.total(), None)
    while chunk := list(islice(drafts, CHUNK)):
        with database.unit_of_work() as session:
            batch = _read_by(session, batch_id, reader)
            rows = list(planner.rows(session, chunk))
            session.add_all(rows)
            counts.update(row.action for row in rows)
            # A reader of the batch sees meanwhile how far it is.
            batch.report = {"counts": dict(counts)}
        if on_progress is not None:
            on_progress(counts.total())
    with database.unit_of_work() as session:
        stored = _read_by(session, batch_id, reader)
        asks = not counts.total() and any(one.kind is None or not one.names for one in extraction.questions)
        stored.state = (BatchState.UNDECIDED if asks else BatchState.PREVIEWED).value
        stored.questions = [question_entry(one) for one in extraction.questions]
        stored.report = {
            "counts": dict(counts),
            "tables": [table_entry(one) for one in extraction.located[:100]],
            "ignored": [ignored_entry(one) for one in extraction.ignored[:MAX_IGNORED]],
            "notes": list(extraction.notes),
        }


def _counted(database: Database, batch_id: UUID) -> Counter[str]:
    """The rows that are stored already, by what a commit does with them."""
    query = select(ImportRow.action, func.count()).where(ImportRow.batch_id == batch_id)
    with database.reading() as session:
        rows = session.execute(query.group_by(ImportRow.action))
        return Counter({row[0]: row[1] for row in rows})


def _read_by(session: Session, batch_id: UUID, reader: UUID) -> ImportBatch:
    batch = session.get_one(ImportBatch, batch_id, with_for_update=True)
    if batch.reader != reader:
        raise TakenOver(
            "The same file was uploaded again; that upload reads on.",
            "同一文件已再次上传，由后一次上传继续读取。",
            code="uploaded_again",
        )
    return batch


def _discard(database: Database, batch_id: UUID) -> None:
    """Take out what was stored of a file whose damage only showed in the middle."""
    with database.unit_of_work() as session:
        session.execute(delete(ImportRow).where(ImportRow.batch_id == batch_id))
        session.execute(delete(ImportBatch).where(ImportBatch.id == batch_id))
