"""Events of matching: ranked pairs, and changes of the active ranker."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class PairsRanked(DomainEvent):
    """The good pairs of one record have been stored.

    `kind` is the record's (demand, achievement). With `complete`, pairs that are not stored are no longer good.
    """

    name: ClassVar = "pairs.ranked"

    subject_id: UUID
    kind: str
    complete: bool = False


@dataclass(frozen=True, kw_only=True)
class PairsToRerank(DomainEvent):
    """The published demands after the id `after` are to be ranked again: by the ranker `version`, or, where `model_id`
    names an embedding model, because its space serves now. Then no pair goes only because of it."""

    name: ClassVar = "pairs.rerank"

    version: str
    after: UUID | None = None
    model_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class OrganisationToRerank(DomainEvent):
    """The ties of the organisation have changed: the published records of its family after the id `after` are to be
    ranked again, for pairs that are allowed again."""

    name: ClassVar = "organisation.rerank"

    subject_id: UUID
    after: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ModelPromoted(DomainEvent):
    """The ranker `version` is now active instead of the ranker `before`."""

    name: ClassVar = "model.promoted"

    version: str
    before: str | None = None
