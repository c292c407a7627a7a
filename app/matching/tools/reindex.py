"""An existing store brought up to date: vectors of the present model, and texts as they are read at present."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import StaleVersion
from app.events.outbox import emit
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.record.models import Record
from app.libraries.registry import LIBRARIES
from app.matching.embedding.indexer import MatchingIndexer, PreparedRecord
from app.matching.models import RecordVector
from app.matching.tools.checkpoint import Checkpoint

# Records for each transaction: a writer on SQLite holds up all others for about this many times 5 ms.
_CHUNK = 25
# A record that is changed while its new vectors are made is tried so often in one run.
_TRIES = 3
# Demands first: they are few, and what ranks is soonest right where the asking side is.
_ORDER = (RecordKind.DEMAND, RecordKind.ACHIEVEMENT, RecordKind.MANAGER)

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ReindexReport:
    """How many published records were stored anew (with `embed_only`: prepared), and how many texts were embedded for
    them. `current` ones were up to date, `skipped` ones done by an earlier run of `everything` that was broken off.

    `changed` ones were changed or taken back again and again meanwhile: what the service stored of them stands.
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
    """Store anew what differs from what would be stored now; may be repeated, and broken off anywhere.

    A record's row is replaced in one transaction with others, at most 25 at a time, and gets a new sequence number: an
    index that follows has its old vector until then, and its new one from then on. Where anything was stored, all
    demands are ranked anew by ``pairs.rerank``, at the end and once, also if an earlier run was broken off.

    Args:
        ranker_version: the active ranker's, which that event names.
        everything: store every record and embed every text anew, as where a model was replaced under its old name.
        embed_only: only embed what is due, and keep the vectors beside; nothing that is searched changes.
        on_progress: gets (records done, all published records).
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
                emit(session, "pairs.rerank", payload={"version": ranker_version})
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
        """What came of each portion; records that changed under the work are tried again at the end of their kind."""
        for kind, ids in todo.items():
            for turn in range(_TRIES):
                again: list[UUID] = []
                for start in range(0, len(ids), _CHUNK):
                    done, changed = self._portion(kind, ids[start : start + _CHUNK])
                    again += changed
                    yield replace(done, changed=len(changed) if turn == _TRIES - 1 else 0)
                ids = again

    def _portion(self, kind: RecordKind, ids: Sequence[UUID]) -> tuple[ReindexReport, list[UUID]]:
        """What was done, and which records changed meanwhile."""
        with self.database.reading() as session:
            due, current = self._due(session, kind, ids)
            # Else the end of the session would take their columns away.
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
        """Records whose row is not what it would be now, and how many are up to date or not published any more."""
        rows = {
            row.record_id: row
            for row in session.scalars(select(RecordVector).where(RecordVector.record_id.in_(ids)))
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
        # All records first and by their ids, then all texts: whoever publishes one locks in this order too.
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
