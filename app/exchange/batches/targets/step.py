"""What a target does for one row: it knows what is there, writes, and takes back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.database import Database
from app.errors import FieldError
from app.exchange.batches.models import ImportRow
from app.exchange.batches.targets.memory import FileMemory
from app.exchange.records.draft import Draft
from app.libraries.record.indexing import Indexer
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class TargetContext:
    """What writing needs, and on whose behalf it runs. `publish`: submit complete records for publication."""

    database: Database
    indexer: Indexer
    settings: Settings
    principal: Principal
    publish: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """A record after a step. `before` holds the values that the step replaced, as JSON."""

    record_id: UUID
    version: int
    before: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trial:
    """What a commit would say of a row.

    Attributes:
        faults: why it would be refused.
        unpublishable: why it could be stored as a draft, and not be published.
    """

    faults: Sequence[FieldError] = ()
    unpublishable: Sequence[FieldError] = ()


class Step(Protocol):
    """One change of one record."""

    def prepare(self) -> None:
        """What is slow, outside a transaction."""

    def write(self, session: Session) -> Written:
        """The change itself, in the transaction of the row."""


class RowTarget(Protocol):
    """The target of one kind of record."""

    def version_of(self, session: Session, record_id: UUID) -> int | None:
        """The version of a record; None if it is gone."""

    def lacking(self, draft: Draft) -> list[str]:
        """The fields without which not even a draft can be stored."""

    def present(
        self, session: Session, draft: Draft, principal: Principal, memory: FileMemory, /
    ) -> UUID | None:
        """A record that is the draft's without doubt, from whichever source."""

    def numbered(self, session: Session, number: str, principal: Principal, /) -> UUID | None:
        """The record with the number that this service has given it, if it is the principal's to change."""

    def said(self, session: Session, record_id: UUID, principal: Principal, /) -> dict[str, Any]:
        """What an exported list says of a record, in the fields of an entry."""

    def trial(self, session: Session, row: ImportRow, principal: Principal, settings: Settings, /) -> Trial:
        """What a commit would say of the row, with all its deductions. Nothing of it stays in the session."""

    def step(
        self, context: TargetContext, session: Session, row: ImportRow, values: Mapping[str, Any], /
    ) -> Step:
        """The step that stores a row. `values` are its confirmed fields."""

    def reversal(self, context: TargetContext, session: Session, row: ImportRow, /) -> Step:
        """The step that takes a stored row back."""
