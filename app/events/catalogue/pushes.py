"""Events of pushes: answers, deadlines, digests, and what owners and others say of matches."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from app.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class PushEvent(DomainEvent):
    """About one push; its row tells the rest."""

    subject_id: UUID


class PushExpired(PushEvent):
    """Nobody answered before the push ended."""

    name: ClassVar = "push.expired"


class PushCancelled(PushEvent):
    """A rule ended the push for its manager's sake: the pair is still good for others."""

    name: ClassVar = "push.cancelled"


class PushOverdue(PushEvent):
    """The answer was due, and the push still waits for it."""

    name: ClassVar = "push.overdue"


@dataclass(frozen=True, kw_only=True)
class PushAnswered(PushEvent):
    """A manager's answer, with what a ranker can learn from: scores (0–1), and the place in the inbox (from 1)."""

    push_id: UUID
    round: int
    manager_id: UUID
    demand_id: UUID
    achievement_id: UUID
    position: int
    pair_score: float
    manager_score: float
    rank_score: float
    model_version: str


class PushAccepted(PushAnswered):
    name: ClassVar = "push.accepted"


@dataclass(frozen=True, kw_only=True)
class PushDeclined(PushAnswered):
    name: ClassVar = "push.declined"

    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class PushPostponed(PushAnswered):
    name: ClassVar = "push.postponed"

    until: datetime


@dataclass(frozen=True, kw_only=True)
class PushUndone(PushAnswered):
    """The answer `previous` (accepted, declined) was taken back."""

    name: ClassVar = "push.undone"

    previous: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class OwnerAnswered(DomainEvent):
    """The owner of a record says what they think of a match; the subject is that record, `side` its kind."""

    name: ClassVar = "owner.answered"

    subject_id: UUID
    demand_id: UUID
    achievement_id: UUID
    side: str | None = None
    interested: bool
    reason: str | None = None
    pair_score: float | None = None
    model_version: str | None = None


@dataclass(frozen=True, kw_only=True)
class MatchReported(DomainEvent):
    """Somebody reports that a match is wrong; the subject is the report."""

    name: ClassVar = "match.reported"

    subject_id: UUID
    demand_id: UUID
    achievement_id: UUID
    category: str | None = None
    role: str | None = None
    pair_score: float | None = None
    model_version: str | None = None


@dataclass(frozen=True, kw_only=True)
class DigestDue(DomainEvent):
    """The hour has come for the digest of a manager (the subject)."""

    name: ClassVar = "digest.due"

    subject_id: UUID


@dataclass(frozen=True, kw_only=True)
class OwnerDigestDue(DomainEvent):
    """The hour has come for the digest of an organisation (the subject)."""

    name: ClassVar = "owner_digest.due"

    subject_id: UUID


@dataclass(frozen=True, kw_only=True)
class AssignmentDue(DomainEvent):
    """An assignment over all good pairs is to be computed; the subject is the run."""

    name: ClassVar = "assignment.due"

    subject_id: UUID
