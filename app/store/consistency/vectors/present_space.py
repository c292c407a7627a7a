"""The space that answers: every published record has a current entry in it."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.libraries.registry import LIBRARIES
from app.matching.embedding import vector_store
from app.matching.models import RecordVector
from app.matching.spaces.due_rows import due_records
from app.settings import Settings
from app.store.consistency.result import CheckResult, CheckScope, rows_of
from app.store.consistency.vectors.entries import (
    STALE,
    entries_of,
    forget_damaged,
    published_among,
    rows_of_model,
    without_record,
)


def vectors(scope: CheckScope, result: CheckResult) -> None:
    """Each published record has an active entry by the present model and rules; other records have none.

    What an upgrade or another model left for `sanku reindex` is a difference, too. Where the store has several spaces,
    a record that has yet to come to this one is none: the workers bring it.
    """
    session, model_id = scope.session, scope.indexer.model_id
    has_spaces = vector_store.serving_model(session) is not None
    for library in LIBRARIES.values():
        for records in rows_of(session, library.model):
            ids = [record.id for record in records]
            if has_spaces:
                rows = rows_of_model(session, model_id, ids)
                due = set(due_records(session, model_id, among=ids, limit=len(ids)))
            else:
                rows, due = _rows_of_any_model(session, model_id, ids), set()
            entries = entries_of(session, model_id, rows, scope.indexer)
            for record in records:
                result.examined += 1
                wrong = None if record.id in due else entries.fault(record)
                if wrong is not None:
                    result.add(record.id, *wrong)
    for record_id in without_record(session, model_id):
        result.add(record_id, "索引条目没有对应的记录", "is in the index without a record")


def mend_vectors(session: Session, _: Settings, ids: Sequence[Any]) -> None:
    """Mark entries of published records for `sanku reindex`, and deactivate the others.

    A stored vector that is none is forgotten, so that its text is embedded again.
    """
    published = published_among(session, ids)
    for row in session.scalars(select(RecordVector).where(RecordVector.record_id.in_(ids))):
        if row.record_id in published:
            forget_damaged(session, row)
            row.text_hash = STALE
        elif row.active:
            vector_store.deactivate(session, row.record_id)


def _rows_of_any_model(session: Session, model_id: str, ids: Collection[UUID]) -> dict[UUID, RecordVector]:
    """The entry of each record by this model; by another one where that alone is active, or where there is no other."""
    found: dict[UUID, RecordVector] = {}
    for row in session.scalars(select(RecordVector).where(RecordVector.record_id.in_(ids))):
        known = found.get(row.record_id)
        if known is None or (row.active, row.model_id == model_id) > (
            known.active,
            known.model_id == model_id,
        ):
            found[row.record_id] = row
    return found
