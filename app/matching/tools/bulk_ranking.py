"""Bulk ranking: all demands against all achievements, after a bulk load or with a new ranker or embedding model."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Database
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordKind, RecordState
from app.matching.matcher import Matcher
from app.matching.models import RecordVector
from app.matching.reranker.cross_encoder import name_of
from app.matching.reranker.pair_values import forget_other_rerankers
from app.matching.stored_rankings import RankedRecord, ranked, store_ranked
from app.matching.tools.checkpoint import Checkpoint

# Demands per transaction: on SQLite a writer blocks all others for about 10 ms per demand.
_CHUNK = 25
_READ = 2_000
# Number of anchors: demands near the same anchor are ranked one after another, because they share cached candidates.
_GROUPS = 64


@dataclass(frozen=True, slots=True)
class BulkRankingReport:
    """Report of a run. `skipped`: ranked by an earlier, interrupted run. `gone`: withdrawn in the meantime."""

    demands: int
    pairs: int
    skipped: int
    gone: int


def match_all(
    database: Database,
    matcher: Matcher,
    *,
    progress: Checkpoint,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> BulkRankingReport:
    """Rank all published demands and store their good pairs, as the worker does for single demands; idempotent.

    Memory is bounded by the matcher's caches and one chunk. `on_progress` receives (demands done, all demands).
    """
    progress.read()
    with database.unit_of_work() as session:
        forget_other_rerankers(session, name_of(matcher.reranker))
    with database.reading() as session:
        ordered = _by_nearness(session, matcher.index.model_id)
    todo = [id_ for id_ in ordered if id_.hex not in progress.done]
    skipped, pairs, gone = len(ordered) - len(todo), 0, 0
    on_progress(skipped, len(ordered))
    for start in range(0, len(todo), _CHUNK):
        ids = todo[start : start + _CHUNK]
        with database.reading() as session:
            plans = _plans(session, matcher, ids)
        with database.unit_of_work() as session:
            stored = [id_ for id_, plan in plans.items() if store_ranked(session, id_, plan)]
        progress.add(ids)
        pairs += sum(item.good for id_ in stored for item in plans[id_].answer.items)
        gone += len(ids) - len(stored)
        on_progress(skipped + start + len(ids), len(ordered))
    progress.end()
    return BulkRankingReport(len(todo) - gone, pairs, skipped, gone)


def _plans(session: Session, matcher: Matcher, ids: Sequence[UUID]) -> dict[UUID, RankedRecord]:
    demands = session.scalars(
        select(Demand).where(Demand.id.in_(ids), Demand.state == RecordState.PUBLISHED.value)
    )
    return {demand.id: ranked(session, matcher, demand) for demand in demands}


def _by_nearness(session: Session, model_id: str) -> list[UUID]:
    """Published demands, grouped by similarity."""
    centres: np.ndarray | None = None
    placed: list[tuple[int, UUID]] = []
    for ids, rows in _vectors(session, model_id):
        if centres is None:
            centres = rows[:: max(1, len(rows) // _GROUPS)]
        groups = np.argmax(rows @ centres.T, axis=1)
        placed.extend(zip(groups.tolist(), ids, strict=True))
    return [id_ for _, id_ in sorted(placed)]


def _vectors(session: Session, model_id: str) -> Iterator[tuple[list[UUID], np.ndarray]]:
    query = (
        select(RecordVector.record_id, RecordVector.vector)
        .where(
            RecordVector.kind == RecordKind.DEMAND.value,
            RecordVector.active,
            RecordVector.model_id == model_id,
        )
        .order_by(RecordVector.record_id)
        .limit(_READ)
    )
    last = UUID(int=0)
    while rows := session.execute(query.where(RecordVector.record_id > last)).all():
        yield [row[0] for row in rows], np.array([row[1] for row in rows], np.float32)
        last = rows[-1][0]
