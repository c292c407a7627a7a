"""What is usual in the store: mean vectors, a sample, word statistics; taken at one position of the index and kept
until the store has changed enough to matter."""

import threading
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.libraries.kinds import RecordKind
from app.libraries.search import SearchDocument
from app.matching.models import RecordVector
from app.matching.signals import Context, Usual, prior_mean
from app.matching.vectors import position
from app.matching.words import CorpusStats

# A change of one record in fifty moves means and document frequencies by less than a score shows.
RENEW_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class _Library:
    """One library's published records in a stable order: vectors (n, d), languages, word counts."""

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
class StoreContext:
    """What is usual in all three libraries."""

    pairs: Context
    managers: Usual


class ContextSource:
    """Contexts of a store; safe to use from several threads."""

    def __init__(self, model_id: str, dimension: int) -> None:
        self._model_id = model_id
        self._dimension = dimension
        self._lock = threading.Lock()
        self._context: StoreContext | None = None
        self._position = -1
        self._size = 0

    def current(self, session: Session) -> StoreContext:
        """The context in use; renewed when more than `RENEW_SHARE` of the store has changed since it was taken."""
        here = position(session)
        with self._lock:
            changed = abs(here - self._position)
            if self._context is None or changed > RENEW_SHARE * self._size:
                libraries = self._read(session)
                self._context = _context(self._model_id, *libraries)
                self._position, self._size = here, sum(len(library.ids) for library in libraries)
            return self._context

    def without(self, session: Session, ids: Collection[UUID]) -> StoreContext:
        """The context of the same store without some records; for evaluation, which asks what would be then."""
        demands, achievements, managers = self._read(session)
        return _context(self._model_id, demands.without(ids), achievements.without(ids), managers)

    def _read(self, session: Session) -> tuple[_Library, _Library, _Library]:
        return (
            self._library(session, RecordKind.DEMAND),
            self._library(session, RecordKind.ACHIEVEMENT),
            self._library(session, RecordKind.MANAGER),
        )

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
                RecordVector.model_id == self._model_id,
            )
            .order_by(RecordVector.record_id)
        ).all()
        return _Library(
            ids=tuple(row[0] for row in rows),
            vectors=_matrix([row[1] for row in rows], self._dimension),
            languages=tuple(row[2] or "zh" for row in rows),
            words=tuple(Counter(row[3].split()) for row in rows),
        )


def _context(model_id: str, demands: _Library, achievements: _Library, managers: _Library) -> StoreContext:
    return StoreContext(
        pairs=Context(
            demands=Usual.of(demands.vectors, demands.languages, prior_mean(model_id, "demand")),
            achievements=Usual.of(
                achievements.vectors, achievements.languages, prior_mean(model_id, "achievement")
            ),
            achievement_words=CorpusStats.of(achievements.words),
        ),
        managers=Usual.of(managers.vectors, managers.languages, prior_mean(model_id, "manager")),
    )


def _matrix(rows: Sequence[NDArray[np.float32]], dimension: int) -> NDArray[np.float32]:
    return np.stack(rows).astype(np.float32) if rows else np.zeros((0, dimension), np.float32)
