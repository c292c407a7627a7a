"""The word index in Milvus: sparse vectors find the documents, and their words in the database give the exact score.

Milvus' own BM25 counts over all kinds of records, keeps the words of deleted ones in its statistics, and rounds. Here a
document's vector holds how much each word counts in it, and a query's how much each word weighs, so their inner product
is BM25 with our statistics. A document's length is set beside the mean length of the shipped statistics, by which
matching scores; the database gives the exact score under any statistics, of more documents than are asked for.
"""

from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zlib import crc32

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import Unavailable
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.search.full_text import SearchDocument
from app.matching.embedding.vector_store import chunks, position
from app.matching.index.base import Hit, IndexFilter
from app.matching.index.change_logs import document_changes
from app.matching.index.milvus.collections import STRONG, add_filter_columns
from app.matching.index.milvus.engine import Engine
from app.matching.index.milvus.expressions import described, expression
from app.matching.index.milvus.mirror import Changed, Mirror, batches
from app.matching.index.milvus.vectors import MOST_HITS
from app.matching.index.words.base import LexicalIndex, of_library
from app.matching.index.words.gin import PostgresLexicalIndex
from app.matching.models import RecordVector
from app.matching.text.bm25 import K1, CorpusStats
from app.matching.text.word_rarity import shipped_word_statistics

if TYPE_CHECKING:
    from pymilvus import MilvusClient

_DIMENSIONS = 2**32 - 2
_NO_WORD = _DIMENSIONS
"""A place that no word has: a sparse vector may not be empty."""

_COLUMNS: tuple[Any, ...] = (
    SearchDocument.number,
    SearchDocument.record_id,
    SearchDocument.kind,
    SearchDocument.member_words,
    RecordVector.owner_org_id,
    RecordVector.field_codes,
    RecordVector.region,
    RecordVector.trl,
    RecordVector.language,
    RecordVector.valid_until,
)
_ROWS = (
    select(*_COLUMNS)
    .join(RecordVector, RecordVector.record_id == SearchDocument.record_id)
    .where(SearchDocument.state == RecordState.PUBLISHED.value, RecordVector.active)
    .order_by(SearchDocument.number, RecordVector.seq)
)
"""One for each model that has a vector of the record; the newest comes last."""


def place(word: str) -> int:
    """The component of a word. Two words rarely share one; such a document is found, and scored without the other."""
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest()) % _DIMENSIONS


class WordMirror(Mirror[int]):
    """The published documents that have a vector of any model. Processes with different models share the collection,
    and each finds what has a vector of its own."""

    key = "number"

    def __init__(self, engine: Engine, source: Database, lock_file: str) -> None:
        super().__init__(engine, source, document_changes(source), name="sanku_words", lock_file=lock_file)

    def read(self, session: Session, keys: Sequence[int]) -> Changed:
        rows = session.execute(_ROWS.where(SearchDocument.number.in_(keys)))
        stored = [_entity(row) for row in _newest(rows)]
        present = {row["number"] for row in stored}
        return Changed(stored, [key for key in keys if key not in present])

    def read_all(self, session: Session) -> Iterator[list[dict[str, Any]]]:
        rows = session.execute(_ROWS.execution_options(yield_per=1000))
        yield from batches(map(_entity, _newest(rows)))

    def marks(self, session: Session) -> Iterator[tuple[Any, int]]:
        rows = session.execute(_ROWS.execution_options(yield_per=1000))
        return ((row.number, _mark(row)) for row in _newest(rows))

    def number(self, session: Session) -> int:
        return position(session)

    def create(self, client: "MilvusClient", collection: str) -> None:
        from pymilvus import DataType

        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("number", DataType.INT64, is_primary=True)
        add_filter_columns(schema)
        schema.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
        indexes = client.prepare_index_params()
        indexes.add_index("words", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
        client.create_collection(collection, schema=schema, index_params=indexes, consistency_level=STRONG)


def _newest(rows: Iterable[Any]) -> Iterator[Any]:
    """The last row of each document."""
    for _, of_document in groupby(rows, key=lambda row: row.number):
        (newest,) = deque(of_document, maxlen=1)
        yield newest


def _entity(row: Any) -> dict[str, Any]:
    counts = Counter(row.member_words.split())
    factor = shipped_word_statistics().length_factor(counts.total())
    words = {place(word): times * (K1 + 1.0) / (times + factor) for word, times in counts.items()}
    return {
        "number": row.number,
        "record": row.record_id.hex,
        "mark": _mark(row),
        "words": words or {_NO_WORD: 1.0},
        **described(row),
    }


def _mark(row: Any) -> int:
    return crc32(row.member_words.encode())


class MilvusLexicalIndex(LexicalIndex):
    """Words in Milvus. Statistics are counted in the database."""

    def __init__(self, engine: Engine, database: Database, model_id: str, *, lock_file: str) -> None:
        self._engine = engine
        self._model_id = model_id
        self._in_database = PostgresLexicalIndex(model_id)
        self._source = Database(database.engine.url.render_as_string(hide_password=False))
        self._mirror = WordMirror(engine, self._source, lock_file)

    def statistics(self, session: Session, kind: RecordKind, words: Collection[str], /) -> CorpusStats:
        if not self._source.is_sqlite:
            return self._in_database.statistics(session, kind, words)
        total, mean = session.execute(
            select(func.count(), func.avg(SearchDocument.length)).where(*of_library(kind))
        ).one()
        spaced = literal(" ") + SearchDocument.member_words + literal(" ")
        df = {
            word: session.scalar(
                select(func.count()).where(*of_library(kind), func.instr(spaced, f" {word} ") > 0)
            )
            or 0
            for word in sorted(set(words))
        }
        return CorpusStats(total, float(mean or 0.0), df)

    def all_statistics(self, session: Session, kind: RecordKind, /) -> CorpusStats:
        return self._in_database.all_statistics(session, kind)

    def load(self) -> None:
        """Fill or follow at the start rather than at the first search. Without Milvus the service starts, too."""
        with suppress(Unavailable):
            self._mirror.follow()

    def differences(self) -> list[int]:
        """Numbers of search documents that Milvus lacks, has besides, or has as they were before."""
        return self._mirror.differences()

    def rebuild(self) -> None:
        """Fill Milvus again from the database."""
        self._mirror.rebuild()

    def close(self) -> None:
        self._mirror.close()
        self._engine.close()

    def _ranked(
        self, _session: Session, weights: Mapping[str, float], stats: CorpusStats, k: int, filter: IndexFilter
    ) -> list[Hit]:
        if filter.only_ids is not None and not filter.only_ids:
            return []
        asked = {place(word): weight for word, weight in weights.items()}
        found = self._mirror.search(
            lambda client: client.search(
                self._mirror.name,
                data=[asked],
                anns_field="words",
                limit=min(2 * k + 100, MOST_HITS),
                filter=expression(filter),
                search_params={"metric_type": "IP"},
                consistency_level=STRONG,
            )
        )[0]
        scored = self._scored([hit["number"] for hit in found], weights, stats)
        # Best first; ties by age, older first.
        scored.sort(key=lambda one: (-one[1], one[0]))
        return [Hit(record_id, score) for _, score, record_id in scored[:k] if score > 0]

    def _scored(
        self, numbers: Sequence[int], weights: Mapping[str, float], stats: CorpusStats
    ) -> list[tuple[int, float, UUID]]:
        """Number, exact score and record of each document that has a vector of this model."""
        scored = []
        with self._source.reading() as session:
            for chunk in chunks(numbers):
                rows = session.execute(
                    select(SearchDocument.number, SearchDocument.record_id, SearchDocument.member_words)
                    .join(RecordVector, RecordVector.record_id == SearchDocument.record_id)
                    .where(
                        SearchDocument.number.in_(chunk),
                        RecordVector.model_id == self._model_id,
                        RecordVector.active,
                    )
                )
                for number, record_id, member_words in rows:
                    scored.append((number, _score(member_words, weights, stats), record_id))
        return scored


def _score(member_words: str, weights: Mapping[str, float], stats: CorpusStats) -> float:
    counts = Counter(member_words.split())
    factor = stats.length_factor(counts.total())
    shared = sorted(weights.keys() & counts.keys())
    return (K1 + 1.0) * sum(weights[word] * counts[word] / (counts[word] + factor) for word in shared)
