"""What a check works on, and what it finds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import Database, Identified
from app.engagements.files.encrypted_storage import EncryptedStore
from app.matching.embedding.indexer import MatchingIndexer
from app.matching.spaces.opened_models import OpenedModels
from app.settings import Settings

SHOWN = 20
"""Differences that a check describes; further ones are counted."""

CHUNK = 500
"""Rows that are read together."""

Row = TypeVar("Row", bound=Identified)


@dataclass(frozen=True, slots=True)
class CheckScope:
    """A store as of one moment. `files` is None if the bytes of files are not compared."""

    session: Session
    database: Database
    settings: Settings
    indexer: MatchingIndexer
    models: OpenedModels
    files: EncryptedStore | None


@dataclass(frozen=True, slots=True)
class StoreDifference:
    """One place where the store does not agree with itself. `subject` is the id or number of the row."""

    subject: str
    zh: str
    en: str


@dataclass(slots=True)
class CheckResult:
    """What one check looked at and found.

    `faulty` are the keys of what its mending is called with, in the order in which they were found.
    """

    name: str
    examined: int = 0
    found: int = 0
    mended: int = 0
    differences: list[StoreDifference] = field(default_factory=list)
    faulty: list[Any] = field(default_factory=list)

    def add(self, key: Any, zh: str, en: str, *, subject: str | None = None) -> None:
        """Note a difference at a row with this key, which is also its subject unless one is given."""
        self.faulty.append(key)
        self.note(str(key) if subject is None else subject, zh, en)

    def note(self, subject: str, zh: str, en: str) -> None:
        """Note a difference that no mending is called with."""
        self.found += 1
        if len(self.differences) < SHOWN:
            self.differences.append(StoreDifference(subject, zh, en))


Find = Callable[[CheckScope, CheckResult], None]
"""Reads the store and adds what it finds to the result."""

Mend = Callable[[Session, Settings, Sequence[Any]], None]
"""Derives the rows with these keys anew, from the store as it is now, in the caller's transaction."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check. Without `mend`, what it finds is no derived data: only people, or a backup, can put it right."""

    name: str
    zh: str
    en: str
    find: Find
    mend: Mend | None = None


def rows_of(session: Session, model: type[Row]) -> Iterator[Sequence[Row]]:
    """All rows of a table in the order of their ids, some at a time. The session forgets them afterwards."""
    after: UUID | None = None
    while True:
        query = select(model).order_by(model.id).limit(CHUNK)
        rows = session.scalars(query if after is None else query.where(model.id > after)).all()
        if not rows:
            return
        after = rows[-1].id
        yield rows
        session.expunge_all()
