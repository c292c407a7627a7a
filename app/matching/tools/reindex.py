"""Re-indexing of an existing store: vectors of the current model, and traits as the current version extracts them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import StaleVersion
from app.events.catalogue import PairsToRerank
from app.events.outbox import emit
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.record.models import Record
from app.libraries.registry import LIBRARIES
from app.matching.embedding.indexer import MatchingIndexer, PreparedRecord
from app.matching.models import RecordVector
from app.matching.tools.checkpoint import Checkpoint

# Records per transaction: on SQLite a writer blocks all others for about 5 ms per record.
_CHUNK = 25
# Attempts per run for a record that changes while it is embedded.
_TRIES = 3
# Demands first: they are few, and ranking benefits most from a correct query side.
_ORDER = (RecordKind.DEMAND, RecordKind.ACHIEVEMENT, RecordKind.MANAGER)

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ReindexReport:
    """Numbers of published records that were stored again (with `embed_only`: prepared), and of embedded texts.

    `current`: already up to date. `skipped`: done by an earlier, interrupted run with `everything`. `changed`: changed
    or withdrawn repeatedly during the run, so the service's own entry was kept.
    """

    records: int = 0
    embedded: int = 0
    current: int = 0
    skipped: int = 0
    changed: int = 0


def reindex(
    database: Database,
    indexer: MatchingIndexer,
    *,
    progress: Checkpoint,
    ranker_version: str,
    everything: bool = False,
    embed_only: bool = False,
    on_progress: OnProgress = lambda _done, _all: None,
) -> ReindexReport:
    """Store all records again whose entry differs from what would be stored now. Idempotent; may be interrupted.

    Rows are replaced in transactions of at most 25 records and get a new sequence number: indexes use the old vector
    until then, and the new one afterwards. If anything was stored, now or by an interrupted run, all demands are ranked
    again once at the end, by ``pairs.rerank``.

    Args:
        ranker_version: version of the active ranker, for that event.
        everything: store all records and embed all texts again, for a model that was replaced under the same name.
        embed_only: only embed what is due and store the vectors for later; the searched index does not change.
        on_progress: receives (records done, all published records).
    """
    broken_off = False if embed_only else progress.read()
    with database.reading() as session:
        found = {kind: _published(session, kind) for kind in _ORDER}
    todo = {kind: [id_ for id_ in ids if id_.hex not in progress.done] for kind, ids in found.items()}
    total = sum(map(len, found.values()))
    skipped = total - sum(map(len, todo.values()))
    run = _Run(database, indexer, progress, everything=everything, embed_only=embed_only)
    done = ReindexReport(skipped=skipped)
    on_progress(skipped, total)
    for part in run.parts(todo):
        done = _sum(done, part)
        on_progress(done.records + done.current + done.skipped + done.changed, total)
    if not embed_only:
        if done.records or broken_off:
            with database.unit_of_work() as session:
                emit(session, PairsToRerank(version=ranker_version))
        progress.end()
    return done


@dataclass(frozen=True, slots=True)
class _Run:
    database: Database
    indexer: MatchingIndexer
    progress: Checkpoint
    everything: bool
    embed_only: bool

    def parts(self, todo: Mapping[RecordKind, Sequence[UUID]]) -> Iterator[ReindexReport]:
        """The results portion by portion; records that changed meanwhile are tried again after the others."""
        for kind, ids in todo.items():
            for turn in range(_TRIES):
                again: list[UUID] = []
                for start in range(0, len(ids), _CHUNK):
                    done, changed = self._portion(kind, ids[start : start + _CHUNK])
                    again += changed
                    yield replace(done, changed=len(changed) if turn == _TRIES - 1 else 0)
                ids = again

    def _portion(self, kind: RecordKind, ids: Sequence[UUID]) -> tuple[ReindexReport, list[UUID]]:
        """The result of one portion, and the records that changed meanwhile."""
        with self.database.reading() as session:
            due, current = self._due(session, kind, ids)
            # Otherwise the end of the session would expire their columns.
            session.expunge_all()
        prepared = self.indexer.prepared(due, anew=self.everything)
        fresh = len({hash_ for one in prepared for hash_ in one.fresh})
        wanted = {record.id: one for record, one in zip(due, prepared, strict=True)}
        changed: list[UUID] = []
        if wanted:
            with self.database.unit_of_work() as session:
                changed = self._store(session, kind, wanted)
        if self.everything and not self.embed_only:
            self.progress.add([id_ for id_ in ids if id_ not in changed])
        return ReindexReport(len(wanted) - len(changed), fresh, current), changed

    def _due(self, session: Session, kind: RecordKind, ids: Sequence[UUID]) -> tuple[list[Record], int]:
        """Records whose row is outdated, and the number that is up to date or no longer published."""
        rows = {
            row.record_id: row
            for row in session.scalars(
                select(RecordVector).where(
                    RecordVector.record_id.in_(ids), RecordVector.model_id == self.indexer.model_id
                )
            )
        }
        records = session.scalars(_present(kind, ids)).all()
        due = [
            record
            for record in records
            if self.everything
            or record.id not in rows
            or not self.indexer.is_current(record, rows[record.id])
        ]
        return due, len(ids) - len(due)

    def _store(
        self, session: Session, kind: RecordKind, prepared: Mapping[UUID, PreparedRecord]
    ) -> list[UUID]:
        # First all records in the order of ids, then all texts: publishing locks in the same order.
        locked = {} if self.embed_only else self._locked(session, kind, list(prepared))
        self.indexer.remember(session, prepared.values(), anew=self.everything)
        if self.embed_only:
            return []
        changed = [id_ for id_ in prepared if id_ not in locked]
        for id_, record in locked.items():
            try:
                self.indexer.store(session, record, prepared[id_])
            except StaleVersion:
                changed.append(id_)
        return changed

    def _locked(self, session: Session, kind: RecordKind, ids: Sequence[UUID]) -> dict[UUID, Record]:
        return {record.id: record for record in session.scalars(_present(kind, ids).with_for_update())}


def _published(session: Session, kind: RecordKind) -> list[UUID]:
    model = LIBRARIES[kind].model
    query = select(model.id).where(model.state == RecordState.PUBLISHED.value).order_by(model.id)
    return list(session.scalars(query))


def _present(kind: RecordKind, ids: Sequence[UUID]) -> Any:
    model = LIBRARIES[kind].model
    return (
        select(model).where(model.id.in_(ids), model.state == RecordState.PUBLISHED.value).order_by(model.id)
    )


def _sum(one: ReindexReport, other: ReindexReport) -> ReindexReport:
    return ReindexReport(
        records=one.records + other.records,
        embedded=one.embedded + other.embedded,
        current=one.current + other.current,
        skipped=one.skipped + other.skipped,
        changed=one.changed + other.changed,
    )
