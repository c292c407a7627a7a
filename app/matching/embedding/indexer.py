"""The indexer: embeds records and stores their vectors; implements the protocol in ``libraries.record.indexing``."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import StaleVersion
from app.libraries.record.enums import RecordKind
from app.libraries.record.indexing import PreparedForIndex
from app.libraries.record.models import Record
from app.load_limits.turn import check_turn
from app.matching.embedding import vector_store
from app.matching.embedding.embedder import Embedder
from app.matching.facts.from_records import facts_of
from app.matching.facts.models import ManagerFacts, RecordFacts
from app.matching.models import RecordVector
from app.matching.space import Side
from app.matching.text.passages import content_hash, sentences, whole_text
from app.matching.text.traits import Traits, traits_of

Vector = NDArray[np.float32]

_SIDES: Mapping[RecordKind, Side] = {
    RecordKind.DEMAND: "query",
    RecordKind.ACHIEVEMENT: "passage",
    RecordKind.MANAGER: "profile",
}


def side_of(kind: RecordKind) -> Side:
    """The side of the embedder for this kind of record."""
    return _SIDES[kind]


@dataclass(frozen=True, slots=True)
class PreparedRecord:
    """The index data of a record: main vector, sentence vectors and traits.

    The `indicators` of an achievement are not part of the embedded text, but contribute to its traits. `fresh` holds
    the newly computed vectors by the hash of their text; `facts` are what all of it was made from. All of it belongs
    to the space of `model_id`, in which it is stored: another model may serve by then.
    """

    model_id: str
    facts: RecordFacts
    text_hash: str
    indicators: tuple[str, ...]
    vector: Vector
    sentences: tuple[str, ...]
    sentence_vectors: Vector
    traits: Traits
    fresh: dict[str, Vector]


class MatchingIndexer:
    """Embeds texts without a stored vector, reads the others from the database, and stores vectors with a record."""

    def __init__(self, database: Database, embedder: Embedder) -> None:
        self._database = database
        self._embedder = embedder

    @property
    def model_id(self) -> str:
        return self._embedder.model_id

    def prepare(
        self, records: Sequence[Record], *, on_progress: Callable[[int, int], None] | None = None
    ) -> list[PreparedForIndex]:
        """One result per record, in order. `on_progress` receives (texts done, texts to embed), a text a record."""
        return list(self.prepared(records, on_progress=on_progress))

    def prepared(
        self,
        records: Sequence[Record],
        *,
        anew: bool = False,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> list[PreparedRecord]:
        """As `prepare`; with `anew`, all texts are embedded again."""
        wanted = [self._texts(record) for record in records]
        known = self._vectors([texts.whole for texts in wanted], on_progress, anew=anew)
        return [self._prepared(texts, known) for texts in wanted]

    def is_current(self, record: Record, row: RecordVector) -> bool:
        """Whether `row` equals what `store` would write for the record now, assuming that vectors are unchanged."""
        texts, described = self._texts(record), _description(record)
        packed = vector_store.pack_codes(described.pop("fields"))
        return (
            row.active
            and (row.model_id, row.text_hash) == (self.model_id, texts.whole.hash)
            and tuple(row.sentences) == texts.parts
            and row.traits == self._traits(texts, row.vector).to_dict()
            and row.field_codes == packed
            and all(getattr(row, name) == value for name, value in described.items())
        )

    def remember(self, session: Session, prepared: Iterable[PreparedRecord], *, anew: bool = False) -> None:
        """Store the newly computed vectors; with `anew`, replace existing ones."""
        fresh: dict[str, dict[str, Vector]] = {}
        for one in prepared:
            fresh.setdefault(one.model_id, {}).update(one.fresh)
        for model_id, vectors in sorted(fresh.items()):
            vector_store.remember_embeddings(session, model_id, vectors, replace=anew)

    def store(self, session: Session, record: Record, prepared: PreparedForIndex) -> None:
        self.store_many(session, [(record, prepared)])

    def store_many(self, session: Session, entries: Sequence[tuple[Record, PreparedForIndex]]) -> None:
        rows = [self.row(record, prepared) for record, prepared in entries]
        self.remember(session, [one for _, one in entries if isinstance(one, PreparedRecord)])
        vector_store.store_vectors(session, rows)

    def row(self, record: Record, prepared: PreparedForIndex) -> dict[str, Any]:
        """The record's index entry, as `vector_store.store_vectors` takes it.

        Raises:
            StaleVersion: the record's text has changed since it was prepared.
        """
        assert isinstance(prepared, PreparedRecord)
        # Equal facts have equal texts; cutting and hashing them again would take longer than all of the rest.
        if facts_of(record) != prepared.facts:
            present = self._texts(record, prepared.model_id)
            if (present.whole.hash, present.indicators) != (prepared.text_hash, prepared.indicators):
                raise StaleVersion()
        return vector_store.vector_row(
            record_id=record.id,
            kind=record.kind,
            model_id=prepared.model_id,
            text_hash=prepared.text_hash,
            vector=prepared.vector,
            sentences=list(prepared.sentences),
            sentence_vectors=prepared.sentence_vectors,
            traits=prepared.traits.to_dict(),
            **_description(record),
        )

    def remove(self, session: Session, record: Record) -> None:
        vector_store.deactivate(session, record.id)

    def _texts(self, record: Record, model_id: str | None = None) -> "_Texts":
        facts = facts_of(record)
        side = side_of(record.kind)
        return _Texts(
            whole=_Text(side, whole_text(facts) or record.title, model_id or self.model_id),
            sentences=tuple(sentences(facts)),
            facts=facts,
        )

    def _traits(self, texts: "_Texts", vector: Vector) -> Traits:
        of_vector = self._embedder.vector_traits(texts.whole.side, np.asarray(vector)[None, :])[0]
        return traits_of(texts.facts, of_vector)

    def _prepared(self, texts: "_Texts", known: "_KnownVectors") -> PreparedRecord:
        whole = texts.whole
        vector = known.of(whole)
        check_turn()
        return PreparedRecord(
            model_id=self.model_id,
            facts=texts.facts,
            text_hash=whole.hash,
            indicators=texts.indicators,
            vector=vector,
            sentences=texts.parts,
            sentence_vectors=self._embedder.embed_sentences(whole.side, texts.parts),
            traits=self._traits(texts, vector),
            fresh={whole.hash: vector} if whole.hash in known.fresh else {},
        )

    def _vectors(
        self,
        texts: Iterable["_Text"],
        on_progress: Callable[[int, int], None] | None,
        *,
        anew: bool = False,
    ) -> "_KnownVectors":
        by_hash = {text.hash: text for text in texts}
        with self._database.reading() as session:
            hashes = () if anew else by_hash
            known = vector_store.known_embeddings(session, self._embedder.model_id, list(hashes))
        missing = [text for hash_, text in by_hash.items() if hash_ not in known]
        fresh: dict[str, Vector] = {}
        done = 0
        for side, embed in (
            ("query", self._embedder.embed_queries),
            ("passage", self._embedder.embed_passages),
            ("profile", self._embedder.embed_profiles),
        ):
            group = [text for text in missing if text.side == side]
            if not group:
                continue
            start = done

            def report(count: int, _: int, start: int = start) -> None:
                if on_progress is not None:
                    on_progress(start + count, len(missing))

            check_turn()
            rows = embed([text.text for text in group], on_progress=report)
            fresh.update((text.hash, row) for text, row in zip(group, rows, strict=True))
            done += len(group)
        return _KnownVectors(known, fresh)


def last_day(record: Record) -> date | None:
    """The last day on which the record is matched; None for no end."""
    days: list[Any] = [record.valid_until, getattr(record, "deadline", None)]
    return min((day for day in days if day is not None), default=None)


def _description(record: Record) -> dict[str, Any]:
    """The filter columns, as `vector_store.vector_row` takes them."""
    return {
        "owner_org_id": record.owner_org_id,
        "fields": list(record.fields or ()),
        "region": record.region,
        "trl": getattr(record, "trl", None),
        "language": record.language,
        "valid_until": last_day(record),
    }


class _Text:
    __slots__ = ("hash", "side", "text")

    def __init__(self, side: Side, text: str, model_id: str) -> None:
        self.side = side
        self.text = text
        self.hash = content_hash(model_id, side, text)


@dataclass(frozen=True, slots=True)
class _KnownVectors:
    stored: dict[str, Vector]
    fresh: dict[str, Vector]

    def of(self, text: _Text) -> Vector:
        return self.fresh[text.hash] if text.hash in self.fresh else self.stored[text.hash]


@dataclass(frozen=True, slots=True)
class _Texts:
    whole: _Text
    sentences: tuple[str, ...]
    facts: RecordFacts

    @property
    def indicators(self) -> tuple[str, ...]:
        return () if isinstance(self.facts, ManagerFacts) else self.facts.indicators

    @property
    def parts(self) -> tuple[str, ...]:
        """The texts of the sentence vectors."""
        return self.sentences or (self.whole.text,)
