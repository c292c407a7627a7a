"""Events of matching."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class PairsRanked(DomainEvent):
    """The good pairs of one record are in the table.

    `kind` is the record's (demand, achievement). With `complete`, a pair that is not in the table is not good any more.
    """

    name: ClassVar = "pairs.ranked"

    subject_id: UUID
    kind: str
    complete: bool = False


@dataclass(frozen=True, kw_only=True)
class PairsToRerank(DomainEvent):
    """The published demands after the id `after` are to be ranked again by the ranker `version`."""

    name: ClassVar = "pairs.rerank"

    version: str
    after: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ModelPromoted(DomainEvent):
    """The ranker `version` answers from now on, in the place of the ranker `before`."""

    name: ClassVar = "model.promoted"

    version: str
    before: str | None = None
