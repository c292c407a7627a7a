"""What a removed space leaves: its rows and texts, deleted in steps."""

from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.database import on_sqlite
from app.matching.embedding import vector_store
from app.matching.models import Embedding, EmbeddingSpace, RecordVector

DELETED_AT_ONCE = 500


def unregistered_models(session: Session) -> list[str]:
    """Models with rows but without a space: what an interrupted removal left."""
    serving = vector_store.serving_model(session)
    if serving is None:
        return []
    known = select(EmbeddingSpace.model_id)
    found: list[str] = []
    while (
        left := session.scalar(
            select(RecordVector.model_id)
            .where(RecordVector.model_id.not_in(known), RecordVector.model_id.not_in(found))
            .limit(1)
        )
    ) is not None:
        found.append(left)
    return found


def delete_rows(session: Session, model_id: str, after: UUID | None) -> UUID | None:
    """Delete the next rows of a model without a space; the id to go on behind, None at the end."""
    query = select(RecordVector.record_id).where(RecordVector.model_id == model_id)
    if after is not None:
        query = query.where(RecordVector.record_id > after)
    ids = session.scalars(query.order_by(RecordVector.record_id).limit(DELETED_AT_ONCE)).all()
    if not ids:
        return None
    top = vector_store.position(session)
    session.execute(
        delete(RecordVector)
        .where(RecordVector.model_id == model_id, RecordVector.record_id.in_(ids))
        .execution_options(synchronize_session=False)
    )
    if on_sqlite(session) and vector_store.position(session) < top:
        _keep_numbers_growing(session, top + 1)
    return ids[-1]


def delete_texts(session: Session, model_id: str, after: str | None) -> str | None:
    """Delete the next vectors of texts by a model without a space; the hash to go on behind, None at the end."""
    query = select(Embedding.text_hash).where(Embedding.model_id == model_id)
    if after is not None:
        query = query.where(Embedding.text_hash > after)
    hashes = session.scalars(query.order_by(Embedding.text_hash).limit(DELETED_AT_ONCE)).all()
    if not hashes:
        return None
    session.execute(delete(Embedding).where(Embedding.model_id == model_id, Embedding.text_hash.in_(hashes)))
    return hashes[-1]


def _keep_numbers_growing(session: Session, number: int) -> None:
    """Give the newest row a number above those that were deleted: a number that comes twice would hide a change from
    followers."""
    newest = select(RecordVector.seq).order_by(RecordVector.seq.desc()).limit(1)
    session.execute(
        update(RecordVector)
        .where(RecordVector.seq == newest.scalar_subquery())
        .values(
            seq=number,
            of_change=func.coalesce(RecordVector.of_change, RecordVector.seq),
        )
        .execution_options(synchronize_session=False)
    )
