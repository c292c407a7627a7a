"""The indexer protocol: how the libraries pass published records to the index. ``matching`` implements it.

Vectors are computed before the transaction (`prepare`, slow, without the database) and stored in the transaction that
publishes the record (`store`). So no lock is held while the model runs, and every published record has its vectors.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from app.libraries.record.models import Record


class PreparedForIndex(Protocol):
    """The result of `Indexer.prepare` for one record; opaque to the libraries."""

    @property
    def text_hash(self) -> str: ...


class Indexer(Protocol):
    """Adds records to the index and removes them."""

    def prepare(
        self, records: Sequence[Record], *, on_progress: Callable[[int, int], None] | None = None
    ) -> list[PreparedForIndex]:
        """Embed the records, one result each. They may be transient or detached; known texts are not embedded again.

        `on_progress` is called with the number of embedded texts and their total.
        """
        ...

    def store(self, session: Session, record: Record, prepared: PreparedForIndex) -> None:
        """Add the record to the index, in the caller's transaction.

        Raises:
            StaleVersion: the record's text has changed since `prepare`.
        """
        ...

    def store_many(self, session: Session, entries: Sequence[tuple[Record, PreparedForIndex]]) -> None:
        """`store` each of these records.

        Raises:
            StaleVersion: the text of one has changed since `prepare`; none is added.
        """
        ...

    def remove(self, session: Session, record: Record) -> None:
        """Remove the record from the index, in the caller's transaction."""
        ...
