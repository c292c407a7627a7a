"""Filling a space: the records that it lacks, or has as they were before, are embedded and stored."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.database import Database
from app.errors import StaleVersion
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.record.models import Record
from app.libraries.registry import LIBRARIES
from app.matching.embedding import vector_store
from app.matching.embedding.indexer import MatchingIndexer, PreparedRecord
from app.matching.models import EmbeddingSpace, RecordVector

PIECE = 16
"""Records of one piece: on SQLite a writer blocks all others for about 5 ms a record."""

_ROW = aliased(RecordVector, name="own")


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of one piece: `stored`, or stored by another worker meanwhile (`overtaken`), or `left` for later
    because somebody is changing them."""

    stored: int = 0
    overtaken: int = 0
    left: tuple[UUID, ...] = ()


def due_records(
    session: Session,
    model_id: str,
    *,
    after: UUID | None = None,
    until: UUID | None = None,
    among: Collection[UUID] | None = None,
    since: int | None = None,
    limit: int = PIECE,
) -> list[UUID]:
    """Records that other spaces have as of a later change than this space, by growing id behind `after`.

    With `since`, only changes with a higher number.
    """
    query = select(RecordVector.record_id).distinct().outerjoin(*_beside(model_id)).where(*_is_due(model_id))
    query = query.order_by(RecordVector.record_id).limit(limit)
    if after is not None:
        query = query.where(RecordVector.record_id > after)
    if until is not None:
        query = query.where(RecordVector.record_id <= until)
    if among is not None:
        query = query.where(RecordVector.record_id.in_(among))
    if since is not None:
        query = query.where(RecordVector.seq > since)
    return list(session.scalars(query))


def due_count(session: Session, model_id: str) -> int:
    """How many records `due_records` would give in all."""
    counted = select(func.count(RecordVector.record_id.distinct())).outerjoin(*_beside(model_id))
    return session.scalar(counted.where(*_is_due(model_id))) or 0


def current_count(session: Session, model_id: str) -> int:
    """How many records are active in this space."""
    query = select(func.count()).where(RecordVector.model_id == model_id, RecordVector.active)
    return session.scalar(query) or 0


def fill(database: Database, indexer: MatchingIndexer, ids: Sequence[UUID]) -> Filled:
    """Store these records in the space of the indexer's model, as they are now.

    No lock is held while texts are embedded. Records that somebody else is changing are left for later.
    """
    done, known = Filled(), set[UUID]()
    for kind, library in LIBRARIES.items():
        with database.reading() as session:
            records = session.scalars(
                select(library.model).where(library.model.id.in_(ids)).order_by(library.model.id)
            ).all()
            published = [one for one in records if one.state == RecordState.PUBLISHED]
            # Otherwise the end of the session would expire their columns.
            session.expunge_all()
        if not records:
            continue
        known.update(record.id for record in records)
        prepared = {
            record.id: one for record, one in zip(published, indexer.prepared(published), strict=True)
        }
        with database.unit_of_work() as session:
            one = _store(session, indexer, kind, [record.id for record in records], prepared)
        done = Filled(done.stored + one.stored, done.overtaken + one.overtaken, done.left + one.left)
    if gone := set(ids) - known:
        with database.unit_of_work() as session:
            for id_ in sorted(gone):
                vector_store.deactivate(session, id_)
    return done


def fill_all(database: Database, indexer: MatchingIndexer) -> None:
    """Fill until nothing is due."""
    after: UUID | None = None
    while True:
        with database.reading() as session:
            ids = due_records(session, indexer.model_id, after=after)
        if ids:
            fill(database, indexer, ids)
            after = ids[-1]
        elif after is None:
            return
        else:
            after = None


def _store(
    session: Session,
    indexer: MatchingIndexer,
    kind: RecordKind,
    ids: Sequence[UUID],
    prepared: dict[UUID, PreparedRecord],
) -> Filled:
    registered = select(EmbeddingSpace.model_id).where(EmbeddingSpace.model_id == indexer.model_id)
    if session.scalar(registered.with_for_update(read=True)) is None:
        return Filled()  # cancelled meanwhile
    model = LIBRARIES[kind].model
    locked: dict[UUID, Record] = {
        record.id: record
        for record in session.scalars(
            select(model).where(model.id.in_(ids)).order_by(model.id).with_for_update(skip_locked=True)
        )
    }
    changes = _changes(session, indexer.model_id, list(locked))
    rows, kept, left = [], [], [id_ for id_ in ids if id_ not in locked]
    for id_, change in changes.items():
        record = locked[id_]
        if record.state != RecordState.PUBLISHED:
            # Its row in the other space is a remainder.
            vector_store.deactivate(session, id_)
            continue
        try:
            one = prepared[id_]
            rows.append(indexer.row(record, one) | {"of_change": change})
        except (KeyError, StaleVersion):
            left.append(id_)  # published or changed since it was read
        else:
            kept.append(one)
    indexer.remember(session, kept)
    vector_store.store_vectors(session, rows)
    return Filled(len(rows), len(locked) - len(changes), tuple(left))


def _changes(session: Session, model_id: str, ids: Collection[UUID]) -> dict[UUID, int]:
    """The latest change of each record that is due."""
    if not ids:
        return {}
    query = (
        select(RecordVector.record_id, func.max(_change(RecordVector)))
        .outerjoin(*_beside(model_id))
        .where(*_is_due(model_id), RecordVector.record_id.in_(ids))
        .group_by(RecordVector.record_id)
        .order_by(RecordVector.record_id)
    )
    return dict(session.execute(query).all())


def _beside(model_id: str) -> tuple[type[RecordVector], ColumnElement[bool]]:
    """What other spaces' rows are joined with: the record's row in this space."""
    return _ROW, and_(_ROW.record_id == RecordVector.record_id, _ROW.model_id == model_id)


def _is_due(model_id: str) -> list[Any]:
    outdated = or_(_ROW.record_id.is_(None), ~_ROW.active, _change(_ROW) < _change(RecordVector))
    return [RecordVector.model_id != model_id, RecordVector.active, outdated]


def _change(row: type[RecordVector]) -> ColumnElement[int]:
    return func.coalesce(row.of_change, row.seq)
