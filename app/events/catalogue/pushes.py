"""Events of pushes: answers, deadlines, digests, assignments, and feedback on matches."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from app.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class PushEvent(DomainEvent):
    """About one push; its row holds the details."""

    subject_id: UUID


class PushExpired(PushEvent):
    """The push expired without an answer."""

    name: ClassVar = "push.expired"


class PushCancelled(PushEvent):
    """A rule cancelled the push because of its manager; the pair is still good for others."""

    name: ClassVar = "push.cancelled"


class PushOverdue(PushEvent):
    """The answer is overdue, and the push is still pending."""

    name: ClassVar = "push.overdue"


@dataclass(frozen=True, kw_only=True)
class PushAnswered(PushEvent):
    """A manager's answer with the facts that a ranker learns from: scores (0–1) and position in the inbox (from 1)."""

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
    """The answer `previous` (accepted, declined) was undone."""

    name: ClassVar = "push.undone"

    previous: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class OwnerAnswered(DomainEvent):
    """An owner has answered a match of their record; the subject is that record, `side` its kind."""

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
    """An error in a match was reported; the subject is the report."""

    name: ClassVar = "match.reported"

    subject_id: UUID
    demand_id: UUID
    achievement_id: UUID
    category: str | None = None
    role: str | None = None
    pair_score: float | None = None
    model_version: str | None = None


@dataclass(frozen=True, kw_only=True)
class MatchReportResolved(DomainEvent):
    """The bureau has closed a report (the subject); `user_id` reported it, `state` is resolved or dismissed."""

    name: ClassVar = "match.report_resolved"

    subject_id: UUID
    user_id: UUID
    state: str


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
