"""Events of recognition: certificates, filings, affiliations, tiers, rounds, rankings and contests."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from app.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CertificateEvent(DomainEvent):
    """About one training certificate of a manager."""

    subject_id: UUID
    manager_id: UUID
    level: str


class CertificateSubmitted(CertificateEvent):
    """The bureau is to review the certificate."""

    name: ClassVar = "certificate.submitted"


class CertificateVerified(CertificateEvent):
    name: ClassVar = "certificate.verified"


class CertificateRejected(CertificateEvent):
    name: ClassVar = "certificate.rejected"


class CertificateRevoked(CertificateEvent):
    name: ClassVar = "certificate.revoked"


class CertificateExpired(CertificateEvent):
    name: ClassVar = "certificate.expired"


@dataclass(frozen=True, kw_only=True)
class TrainingChanged(DomainEvent):
    """A training of a manager was handed in or reviewed. `organisation_id` runs the base and may review it; without one
    the bureau does."""

    name: ClassVar = "training.changed"

    subject_id: UUID
    manager_id: UUID
    organisation_id: UUID | None = None
    actor_id: UUID | None = None
    state: str


@dataclass(frozen=True, kw_only=True)
class FilingChanged(DomainEvent):
    """A filing (备案) was moved by `move` to `state`."""

    name: ClassVar = "filing.changed"

    subject_id: UUID
    manager_id: UUID
    move: str
    state: str


@dataclass(frozen=True, kw_only=True)
class FilingEnding(DomainEvent):
    """The last day of a filing comes near: it can be renewed from now on, or has to be soon."""

    name: ClassVar = "filing.ending"

    subject_id: UUID
    manager_id: UUID
    filing_number: str
    valid_to: date


@dataclass(frozen=True, kw_only=True)
class AffiliationAnswered(DomainEvent):
    """An organisation has answered whether a manager (the subject) works for it."""

    name: ClassVar = "affiliation.answered"

    subject_id: UUID
    organisation_id: UUID
    state: str


@dataclass(frozen=True, kw_only=True)
class TierConfigured(DomainEvent):
    """The policy choices of a rule set were changed, which may change the tier of every manager."""

    name: ClassVar = "tier.configured"

    subject_id: UUID
    rule_set_id: str


@dataclass(frozen=True, kw_only=True)
class TiersOutdated(DomainEvent):
    """The tiers of these managers are to be computed again; the subject is the cause."""

    name: ClassVar = "tiers.outdated"

    subject_id: UUID
    manager_ids: list[UUID]


@dataclass(frozen=True, kw_only=True)
class TierChanged(DomainEvent):
    """A manager (the subject) has another tier; `cause` is the name of the event that led to it."""

    name: ClassVar = "tier.changed"

    subject_id: UUID
    year: int
    before: str | None = None
    after: str | None = None
    cause: str


@dataclass(frozen=True, kw_only=True)
class RecognitionFrozen(DomainEvent):
    """The results of a recognition round are there to be looked at and objected to by these managers."""

    name: ClassVar = "recognition.frozen"

    subject_id: UUID
    year: int
    manager_ids: list[UUID]


@dataclass(frozen=True, kw_only=True)
class RecognitionDecided(DomainEvent):
    """The bureau has changed a manager's result (the subject, an entry) in a round that is not published yet."""

    name: ClassVar = "recognition.decided"

    subject_id: UUID
    round_id: UUID
    manager_id: UUID
    year: int


@dataclass(frozen=True, kw_only=True)
class RecognitionReopened(DomainEvent):
    """The frozen results of a round and their objections hold no longer; `manager_ids` had a tier or objected."""

    name: ClassVar = "recognition.reopened"

    subject_id: UUID
    year: int
    manager_ids: list[UUID]
    reason: str


@dataclass(frozen=True, kw_only=True)
class RecognitionCancelled(DomainEvent):
    """A round that was frozen is cancelled; `manager_ids` had a tier in it or objected."""

    name: ClassVar = "recognition.cancelled"

    subject_id: UUID
    year: int
    manager_ids: list[UUID]
    reason: str


@dataclass(frozen=True, kw_only=True)
class RecognitionPublished(DomainEvent):
    """A recognition round was published; `recognised` counts the managers, `manager_ids` are all in the round."""

    name: ClassVar = "recognition.published"

    subject_id: UUID
    year: int
    recognised: int
    manager_ids: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class RecognitionDoubted(DomainEvent):
    """What a recognition (the subject, an entry) rests on was taken back by the event `cause`; `number` is the
    manager's."""

    name: ClassVar = "recognition.doubted"

    subject_id: UUID
    round_id: UUID
    manager_id: UUID
    year: int
    number: str
    cause: str


@dataclass(frozen=True, kw_only=True)
class RecognitionWithdrawn(DomainEvent):
    """The bureau has withdrawn a published recognition (the subject, an entry)."""

    name: ClassVar = "recognition.withdrawn"

    subject_id: UUID
    round_id: UUID
    manager_id: UUID
    year: int


@dataclass(frozen=True, kw_only=True)
class ObjectionEvent(DomainEvent):
    """About a manager's objection (the subject) to their result in a round."""

    subject_id: UUID
    round_id: UUID
    manager_id: UUID
    state: str


class ObjectionRaised(ObjectionEvent):
    name: ClassVar = "objection.raised"


class ObjectionAnswered(ObjectionEvent):
    name: ClassVar = "objection.answered"


@dataclass(frozen=True, kw_only=True)
class RankingPublished(DomainEvent):
    name: ClassVar = "ranking.published"

    subject_id: UUID
    year: int
    manager_ids: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class ContestEvent(DomainEvent):
    """About a contest (the subject), as it was then: `number`, `title`, `starts_at` and `venue` are public."""

    subject_id: UUID
    number: str = ""
    title: str = ""
    starts_at: datetime | None = None
    venue: str = ""


@dataclass(frozen=True, kw_only=True)
class ContestRegistered(ContestEvent):
    name: ClassVar = "contest.registered"

    manager_id: UUID
    state: str


@dataclass(frozen=True, kw_only=True)
class ContestPromoted(ContestEvent):
    """A manager on the waiting list has been admitted."""

    name: ClassVar = "contest.promoted"

    manager_id: UUID


@dataclass(frozen=True, kw_only=True)
class ContestLeft(ContestEvent):
    """A manager's registration was withdrawn; `actor_id` is the user who did it, the manager or another one."""

    name: ClassVar = "contest.left"

    manager_id: UUID
    actor_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ContestMoved(ContestEvent):
    """A contest begins at another time or place; `manager_ids` are registered or wait."""

    name: ClassVar = "contest.moved"

    manager_ids: list[UUID]


@dataclass(frozen=True, kw_only=True)
class ContestCancelled(ContestEvent):
    """`manager_ids` were registered or waiting."""

    name: ClassVar = "contest.cancelled"

    manager_ids: list[UUID]
    reason: str


@dataclass(frozen=True, kw_only=True)
class ContestFinished(ContestEvent):
    name: ClassVar = "contest.finished"

    manager_ids: list[UUID] = field(default_factory=list)
