"""Corpus statistics of a store: how rare each word is among the achievements; kept until the store has changed enough.

They come from the word index, which updates them with every change; no record is read again.
"""

import threading
from collections import Counter
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.libraries.record.enums import RecordKind
from app.libraries.search.full_text import SearchDocument
from app.matching.index import LexicalIndex, VectorIndex
from app.matching.models import RecordVector
from app.matching.text.bm25 import CorpusStats

# If one record in fifty changes, document frequencies move by less than a score shows.
RENEW_SHARE = 0.02


class CorpusStatisticsCache:
    """The current word statistics of a store's achievements; thread-safe."""

    def __init__(self, index: VectorIndex, lexical: LexicalIndex) -> None:
        self._index = index
        self._lexical = lexical
        self._lock = threading.Lock()
        self._statistics: CorpusStats | None = None
        self._position = -1

    def current(self, session: Session) -> CorpusStats:
        """The current statistics, renewed when more than `RENEW_SHARE` of the store has changed."""
        here = self._index.position(session)
        with self._lock:
            changed = abs(here - self._position)
            if self._statistics is None or changed > RENEW_SHARE * self._statistics.n_docs:
                self._statistics = self._lexical.all_statistics(session, RecordKind.ACHIEVEMENT)
                self._position = here
            return self._statistics

    def without(self, session: Session, ids: Collection[UUID]) -> CorpusStats:
        """Statistics of the store without some achievements, for evaluation."""
        rows = session.execute(
            select(SearchDocument.member_words)
            .join(RecordVector, SearchDocument.record_id == RecordVector.record_id)
            .where(
                RecordVector.kind == RecordKind.ACHIEVEMENT.value,
                RecordVector.active,
                RecordVector.model_id == self._index.model_id,
                RecordVector.record_id.not_in(ids),
            )
        )
        return CorpusStats.of(Counter(words.split()) for (words,) in rows)
