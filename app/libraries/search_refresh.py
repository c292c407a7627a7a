"""Search documents of an existing store, written again after an upgrade has changed how texts are cut."""

from collections.abc import Callable

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from app.database import Database
from app.libraries.record.models import Record
from app.libraries.registry import LIBRARIES
from app.libraries.search.full_text import SearchDocument, write_document
from app.libraries.search.tokens import token_rules

# Documents per transaction: on SQLite a writer blocks all others for about 2 ms per document.
_CHUNK = 100

OnProgress = Callable[[int, int], None]


def refresh_search(
    database: Database,
    *,
    limit: int | None = None,
    on_progress: OnProgress = lambda _done, _all: None,
) -> int:
    """Write outdated documents again, in short transactions, until none or about `limit` are done; returns their
    number. May be interrupted, and may run while the service does."""
    with database.reading() as session:
        total = session.scalar(select(func.count()).select_from(SearchDocument).where(_outdated())) or 0
    done = 0
    while done < total and (limit is None or done < limit):
        with database.unit_of_work() as session:
            written = _refresh_some(session)
        if not written:
            break
        done += written
        on_progress(min(done, total), total)
    return done


def _refresh_some(session: Session) -> int:
    # A document that a publication has locked gets the new tokens there.
    query = select(SearchDocument).where(_outdated()).limit(_CHUNK).with_for_update(skip_locked=True)
    documents = list(session.scalars(query))
    for kind, library in LIBRARIES.items():
        mine = {document.record_id: document for document in documents if document.kind == kind}
        found = select(library.model).where(library.model.id.in_(mine))
        records: list[Record] = list(session.scalars(found)) if mine else []
        for record in records:
            write_document(mine.pop(record.id), record, library.search_texts(record))
        for left in mine.values():  # no record is left
            left.rules = token_rules()
    session.flush()
    return len(documents)


def _outdated() -> ColumnElement[bool]:
    """An index finds both sides, but not an inequality."""
    return or_(SearchDocument.rules < token_rules(), SearchDocument.rules > token_rules())
