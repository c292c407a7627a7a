"""The vector store: vectors in the database, the source of truth for every index."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.database import insert_into, on_sqlite
from app.libraries.record.enums import RecordKind
from app.matching.models import (
    RECORD_VECTORS_SEQ,
    SENTENCE_TYPE,
    Embedding,
    EmbeddingSpace,
    RecordVector,
    SpaceState,
    Vector,
)

T = TypeVar("T")

# SQLite allows 32,766 parameters per statement; smaller lists also keep statements cacheable.
_CHUNK = 500


def known_embeddings(session: Session, model_id: str, hashes: Collection[str]) -> dict[str, Vector]:
    """Stored vectors by the hash of their text; missing hashes were never embedded."""
    vectors: dict[str, Vector] = {}
    for chunk in chunks(sorted(set(hashes))):
        rows = session.execute(
            select(Embedding.text_hash, Embedding.vector).where(
                Embedding.model_id == model_id, Embedding.text_hash.in_(chunk)
            )
        )
        vectors.update((text_hash, vector) for text_hash, vector in rows)
    return vectors


def remember_embeddings(
    session: Session, model_id: str, embeddings: Mapping[str, Vector], *, replace: bool = False
) -> None:
    """Store vectors by the hash of their text; existing ones are kept, unless `replace` is set."""
    # In a fixed order, so that two transactions that store the same texts cannot deadlock.
    rows = [
        {"text_hash": text_hash, "model_id": model_id, "vector": embeddings[text_hash]}
        for text_hash in sorted(embeddings)
    ]
    insert = insert_into(session, Embedding)
    kept = (
        insert.on_conflict_do_update(
            index_elements=[Embedding.text_hash, Embedding.model_id], set_={"vector": insert.excluded.vector}
        )
        if replace
        else insert.on_conflict_do_nothing()
    )
    for chunk in chunks(rows):
        session.execute(kept, chunk)


def vector_row(
    *,
    record_id: UUID,
    kind: RecordKind,
    model_id: str,
    text_hash: str,
    vector: Vector,
    sentences: Sequence[str],
    sentence_vectors: NDArray[np.float32],
    owner_org_id: UUID | None = None,
    fields: Iterable[str] = (),
    region: str | None = None,
    trl: int | None = None,
    language: str | None = None,
    valid_until: date | None = None,
    traits: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The index entry of a record as `store_vectors` takes it, without its number.

    `vector` is float32 [dimension] and `sentence_vectors` [n, dimension of sentences], all of length 1;
    `valid_until` is the last day on which the record is matched.

    Raises:
        ValueError: the shapes are inconsistent.
    """
    if sentence_vectors.ndim != 2 or len(sentence_vectors) != len(sentences):
        raise ValueError(f"{len(sentences)} sentences with vectors of shape {sentence_vectors.shape}")
    return {
        "record_id": record_id,
        "kind": kind.value,
        "active": True,
        "model_id": model_id,
        "text_hash": text_hash,
        "owner_org_id": owner_org_id,
        "field_codes": pack_codes(fields),
        "region": region,
        "trl": trl,
        "language": language,
        "valid_until": valid_until,
        "vector": vector,
        "sentences": list(sentences),
        "sentence_vectors": np.ascontiguousarray(sentence_vectors, dtype=SENTENCE_TYPE).tobytes(),
        "traits": dict(traits or {}),
    }


def store_vectors(session: Session, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Store or replace the index entries of different records. Returns their sequence numbers.

    A row reflects its own change, unless it names another as `of_change`. Rows of models that have no space go.
    """
    if not rows:
        return []
    seqs = _next_seqs(session, len(rows))
    for chunk in chunks(rows):
        _delete_unregistered(session, chunk)
    insert = insert_into(session, RecordVector)
    replaced = {
        column.key: insert.excluded[column.key]
        for column in RecordVector.__table__.columns
        if not column.primary_key
    }
    session.execute(
        insert.on_conflict_do_update(
            index_elements=[RecordVector.record_id, RecordVector.model_id], set_=replaced
        ),
        [{"seq": seq, "of_change": None, **row} for seq, row in zip(seqs, rows, strict=True)],
    )
    return seqs


def deactivate(session: Session, record_id: UUID) -> None:
    """Remove the record from every index; its rows stay, so that followers see the removal. Idempotent."""
    of_record = RecordVector.record_id == record_id
    active = select(RecordVector.model_id).where(of_record, RecordVector.active)
    for model_id in session.scalars(active.order_by(RecordVector.model_id)).all():
        (seq,) = _next_seqs(session, 1)
        session.execute(
            update(RecordVector)
            .where(of_record, RecordVector.model_id == model_id, RecordVector.active)
            .values(active=False, seq=seq, of_change=None)
            .execution_options(synchronize_session=False)
        )


def _delete_unregistered(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Delete the records' rows of models that have no space."""
    session.execute(
        delete(RecordVector)
        .where(
            RecordVector.record_id.in_([row["record_id"] for row in rows]),
            RecordVector.model_id.not_in({row["model_id"] for row in rows}),
            RecordVector.model_id.not_in(select(EmbeddingSpace.model_id)),
        )
        .execution_options(synchronize_session=False)
    )


def others_models(session: Session, model_id: str) -> bool:
    """Whether some records may have only vectors of another model, so that an index of this model lacks them.

    A space that serves or has served is complete.
    """
    complete = select(EmbeddingSpace.model_id).where(
        EmbeddingSpace.model_id == model_id, EmbeddingSpace.state != SpaceState.FILLING
    )
    if session.scalar(complete) is not None:
        return False
    found = select(RecordVector.record_id).where(
        RecordVector.kind.in_([kind.value for kind in RecordKind]),
        RecordVector.active,
        or_(RecordVector.model_id < model_id, RecordVector.model_id > model_id),
    )
    return session.scalar(found.limit(1)) is not None


def serving_model(session: Session) -> str | None:
    """The model whose space answers; None where the store has one space."""
    serving = EmbeddingSpace.state == SpaceState.SERVING
    return session.scalar(select(EmbeddingSpace.model_id).where(serving))


def load_vectors(session: Session, model_id: str, record_ids: Collection[UUID]) -> dict[UUID, Vector]:
    """Main vectors of this model by record, active or not."""
    found: dict[UUID, Vector] = {}
    for chunk in chunks(sorted(set(record_ids))):
        rows = session.execute(
            select(RecordVector.record_id, RecordVector.vector).where(
                RecordVector.record_id.in_(chunk), RecordVector.model_id == model_id
            )
        )
        found.update((record_id, vector) for record_id, vector in rows)
    return found


def position(session: Session, model_id: str | None = None) -> int:
    """The highest sequence number that this session sees, of all spaces or of one; 0 before the first."""
    newest = select(func.max(RecordVector.seq))
    return (
        session.scalar(newest if model_id is None else newest.where(RecordVector.model_id == model_id)) or 0
    )


def pack_codes(codes: Iterable[str]) -> str:
    """``|40|401|``: codes between bars, so that LIKE ``%|40%`` finds codes with this prefix."""
    kept = sorted(set(codes))
    return f"|{'|'.join(kept)}|" if kept else ""


def unpack_codes(packed: str) -> list[str]:
    return packed.strip("|").split("|") if packed else []


def _next_seqs(session: Session, count: int) -> list[int]:
    if on_sqlite(session):
        # The writer holds the only write lock, so numbers are assigned in the order of commits.
        first = position(session) + 1
        return list(range(first, first + count))
    each = func.generate_series(1, count).table_valued("number")
    return list(session.scalars(select(RECORD_VECTORS_SEQ.next_value()).select_from(each)))


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Split ids into lists short enough for the parameters of one statement."""
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
