"""Corpus statistics of a store: how rare each word is among the achievements; kept until the store has changed enough.

They choose the words by which candidates are searched. Scores read the shipped statistics instead (``word_rarity``).
They come from the word index, which updates them with every change; no record is read again.
"""

import threading

from sqlalchemy.orm import Session

from app.libraries.record.enums import RecordKind
from app.matching.index import LexicalIndex, VectorIndex
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
