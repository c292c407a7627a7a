"""Statistics of the whole store: mean vectors, a sample of vectors, word statistics.

Taken at one position of the index and kept until the store has changed enough to matter.
"""

import threading
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.libraries.record.enums import RecordKind
from app.libraries.search.full_text import SearchDocument
from app.matching.index import LexicalIndex, VectorIndex
from app.matching.models import RecordVector
from app.matching.ranking.baseline import SAMPLE, CorpusBaseline, prior_mean
from app.matching.ranking.similarity import CorpusStatistics
from app.matching.text.bm25 import CorpusStats

# If one record in fifty changes, means and document frequencies move by less than a score shows.
RENEW_SHARE = 0.02

_KINDS = (RecordKind.DEMAND, RecordKind.ACHIEVEMENT, RecordKind.MANAGER)


@dataclass(frozen=True, slots=True)
class _Library:
    """The published records of one library in a stable order: vectors (n, d), languages, word counts."""

    ids: tuple[UUID, ...]
    vectors: NDArray[np.float32]
    languages: tuple[str, ...]
    words: tuple[Counter[str], ...]

    def without(self, ids: Collection[UUID]) -> "_Library":
        kept = [row for row, id_ in enumerate(self.ids) if id_ not in ids]
        return _Library(
            tuple(self.ids[row] for row in kept),
            self.vectors[kept],
            tuple(self.languages[row] for row in kept),
            tuple(self.words[row] for row in kept),
        )


@dataclass(frozen=True, slots=True)
class StoreStatistics:
    """Corpus statistics of all three libraries."""

    pairs: CorpusStatistics
    managers: CorpusBaseline


class CorpusStatisticsCache:
    """The current statistics of a store; thread-safe.

    They come from the indexes, which update them with every change; no record is read again.
    """

    def __init__(self, index: VectorIndex, lexical: LexicalIndex) -> None:
        self._index = index
        self._lexical = lexical
        self._lock = threading.Lock()
        self._context: StoreStatistics | None = None
        self._position = -1
        self._size = 0

    def current(self, session: Session) -> StoreStatistics:
        """The current statistics, renewed when more than `RENEW_SHARE` of the store has changed."""
        here = self._index.position(session)
        with self._lock:
            changed = abs(here - self._position)
            if self._context is None or changed > RENEW_SHARE * self._size:
                self._context, self._size = self._counted(session)
                self._position = here
            return self._context

    def without(self, session: Session, ids: Collection[UUID]) -> StoreStatistics:
        """Statistics of the store without some records, for evaluation."""
        demands, achievements, managers = (self._library(session, kind) for kind in _KINDS)
        return _context(self._index.model_id, demands.without(ids), achievements.without(ids), managers)

    def _counted(self, session: Session) -> tuple[StoreStatistics, int]:
        """Fresh statistics, and the number of records they cover."""
        stored = [self._index.usual(session, kind, SAMPLE) for kind in _KINDS]
        demands, achievements, managers = (
            CorpusBaseline.of_sums(
                one.counts,
                one.sums,
                one.sample_languages,
                one.sample,
                prior_mean(self._index.model_id, kind.value),
            )
            for kind, one in zip(_KINDS, stored, strict=True)
        )
        words = self._lexical.all_statistics(session, RecordKind.ACHIEVEMENT)
        context = StoreStatistics(CorpusStatistics(demands, achievements, words), managers)
        return context, sum(sum(one.counts.values()) for one in stored)

    def _library(self, session: Session, kind: RecordKind) -> _Library:
        rows = session.execute(
            select(
                RecordVector.record_id,
                RecordVector.vector,
                RecordVector.language,
                SearchDocument.member_words,
            )
            .join(SearchDocument, SearchDocument.record_id == RecordVector.record_id)
            .where(
                RecordVector.kind == kind.value,
                RecordVector.active,
                RecordVector.model_id == self._index.model_id,
            )
            .order_by(RecordVector.record_id)
        ).all()
        return _Library(
            ids=tuple(row[0] for row in rows),
            vectors=_matrix([row[1] for row in rows], self._index.dimension),
            languages=tuple(row[2] or "zh" for row in rows),
            words=tuple(Counter(row[3].split()) for row in rows),
        )


def _context(model_id: str, demands: _Library, achievements: _Library, managers: _Library) -> StoreStatistics:
    return StoreStatistics(
        pairs=CorpusStatistics(
            demands=CorpusBaseline.of(demands.vectors, demands.languages, prior_mean(model_id, "demand")),
            achievements=CorpusBaseline.of(
                achievements.vectors, achievements.languages, prior_mean(model_id, "achievement")
            ),
            achievement_words=CorpusStats.of(achievements.words),
        ),
        managers=CorpusBaseline.of(managers.vectors, managers.languages, prior_mean(model_id, "manager")),
    )


def _matrix(rows: Sequence[NDArray[np.float32]], dimension: int) -> NDArray[np.float32]:
    return np.stack(rows).astype(np.float32) if rows else np.zeros((0, dimension), np.float32)
