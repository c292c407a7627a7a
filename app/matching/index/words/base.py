"""The contract of word indexes: exact BM25 over the search documents of published records, on both databases."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.search.full_text import SearchDocument
from app.matching.embedding.vector_store import chunks
from app.matching.index.base import Hit, IndexFilter
from app.matching.text.bm25 import CorpusStats

# A frequent word is expensive to search and says little. The forty rarest words of a long text carry nearly all of the
# score; the others would take most of the time.
MAX_WORDS = 40


class LexicalIndex(ABC):
    """Word index. Like a vector search, a search sees everything committed before it."""

    in_memory: ClassVar[bool] = False
    """Whether `scores` works without reading documents."""

    def search(
        self,
        session: Session,
        words: Sequence[str],
        k: int,
        filter: IndexFilter,
        /,
        *,
        stats: CorpusStats | None = None,
    ) -> list[Hit]:
        """At most `k` records that share a word with the query, by BM25 (repeated words count repeatedly).

        Records that are not published or have no vector are never found. Only the `MAX_WORDS` rarest words are used.
        Pass `stats` if the library's statistics are known, even if slightly outdated, to save counting.
        """
        counts = Counter(words)
        if k <= 0 or not counts:
            return []
        stats = stats or self.statistics(session, filter.kind, counts)
        weights = {word: counts[word] * stats.idf(word) for word in _rarest(counts, stats)}
        return self._ranked(session, weights, stats, k, filter)

    def scores(
        self,
        _session: Session,
        _kind: RecordKind,
        _counts: Mapping[str, int],
        _record_ids: Sequence[UUID],
        /,
        *,
        stats: CorpusStats,
    ) -> list[float] | None:
        """BM25 of each record for the whole query, given as word counts, equal to `LexicalQuery`.

        0 for a record that is not published. None if the documents would have to be read.
        """
        del stats
        return None

    @abstractmethod
    def statistics(self, session: Session, kind: RecordKind, words: Collection[str], /) -> CorpusStats:
        """Number of published documents, their mean length, and the document frequency of each word."""

    @abstractmethod
    def all_statistics(self, session: Session, kind: RecordKind, /) -> CorpusStats:
        """The same for all words of the library's published documents."""

    def rebuild(self) -> None:  # noqa: B027 — most have nothing that outlives the process
        """Rebuild what is kept outside the database and the process."""

    @abstractmethod
    def close(self) -> None: ...

    def documents(self, session: Session, record_ids: Collection[UUID], /) -> dict[UUID, list[str]]:
        """Words of the records, in reading order with repetitions; records without a search document are left out."""
        found: dict[UUID, list[str]] = {}
        for chunk in chunks(sorted(set(record_ids))):
            rows = session.execute(
                select(SearchDocument.record_id, SearchDocument.member_words).where(
                    SearchDocument.record_id.in_(chunk)
                )
            )
            found.update((record_id, member_words.split()) for record_id, member_words in rows)
        return found

    @abstractmethod
    def _ranked(
        self, session: Session, weights: Mapping[str, float], stats: CorpusStats, k: int, filter: IndexFilter
    ) -> list[Hit]:
        """The best `k` by the sum of weight × saturated count over the words (at least one)."""


def of_library(kind: RecordKind) -> list[ColumnElement[bool]]:
    """The condition for search documents that count in a library's statistics."""
    return [SearchDocument.kind == kind.value, SearchDocument.state == RecordState.PUBLISHED.value]


def _rarest(counts: Mapping[str, int], stats: CorpusStats) -> list[str]:
    """The query's rarest words in a fixed order; words unknown to the statistics are included additionally.

    An unknown word costs nothing if no document has it, and is the rarest if a newer document does.
    """
    ranked = sorted(counts, key=lambda word: (stats.df.get(word, 0), word))
    unknown = sum(stats.df.get(word, 0) == 0 for word in ranked)
    return ranked[: unknown + MAX_WORDS]
