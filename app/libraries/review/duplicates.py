"""Whether another record says the same: the texts of records that share the title's words or the owner, compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from rapidfuzz import fuzz
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.libraries.library import Library
from app.libraries.record.enums import RecordState
from app.libraries.record.models import Record

LIKELY = 0.8
"""Similarity, 0–1, from which two records are likely to be the same."""

_COMPARED = 200
_SHARED = 6
_TEXT = 600


@dataclass(frozen=True, slots=True)
class NearestRecord:
    """The record whose text is most alike. `similarity`: 0–1, by the characters of both texts."""

    id: UUID
    number: str
    title: str
    similarity: float


def nearest(session: Session, library: Library, record: Record) -> NearestRecord | None:
    """The most similar record of the library that waits or is published; None if none can be compared."""
    best = max(_compared(session, library, record), key=lambda found: found.similarity, default=None)
    return best if best is not None and best.similarity > 0 else None


def _compared(session: Session, library: Library, record: Record) -> Iterator[NearestRecord]:
    model = library.model
    text = _text(library, record)
    same_title = model.title.contains(record.title[:_SHARED], autoescape=True)
    query = (
        select(model)
        .where(model.id != record.id, model.state.in_((RecordState.SUBMITTED, RecordState.PUBLISHED)))
        .where(or_(model.owner_org_id == record.owner_org_id, same_title))
        .order_by(model.updated_at.desc(), model.id)
        .limit(_COMPARED)
    )
    for other in session.scalars(query):
        alike = fuzz.ratio(text, _text(library, other)) / 100
        yield NearestRecord(other.id, other.number, other.title, alike)


def _text(library: Library, record: Record) -> str:
    return f"{record.title}\n{getattr(record, library.main_text) or ''}"[:_TEXT]
