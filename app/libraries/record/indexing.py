"""How a library hands a published record to the index without knowing it: the seam that ``matching`` fills.

A vector is computed before the transaction opens (`prepare`, slow, no database) and stored in the transaction that
publishes the record (`store`), so that no lock is held while the model runs and no published record lacks a vector.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from app.libraries.record.models import Record


class PreparedForIndex(Protocol):
    """What `prepare` computed for one record; opaque to the libraries."""

    @property
    def text_hash(self) -> str: ...


class Indexer(Protocol):
    def prepare(
        self, records: Sequence[Record], *, on_progress: Callable[[int, int], None] | None = None
    ) -> list[PreparedForIndex]:
        """Embed the records (transient or detached ones too), one result each; texts seen before cost nothing."""
        ...

    def store(self, session: Session, record: Record, prepared: PreparedForIndex) -> None:
        """Make the record findable, in the caller's transaction.

        Raises:
            StaleVersion: the record's text is not the one that was prepared.
        """
        ...

    def remove(self, session: Session, record: Record) -> None:
        """Take the record out of every list of matches, in the caller's transaction."""
        ...
