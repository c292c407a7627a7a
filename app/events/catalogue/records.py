"""Events of the three libraries and of organisations."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class RecordEvent(DomainEvent):
    """About a demand, an achievement or a manager; `version` is the record's own after the change."""

    subject_id: UUID
    version: int


class DemandPublished(RecordEvent):
    name: ClassVar = "demand.published"


class DemandChanged(RecordEvent):
    """A published demand has changed in something that matching reads."""

    name: ClassVar = "demand.changed"


class DemandWithdrawn(RecordEvent):
    name: ClassVar = "demand.withdrawn"


class DemandReturned(RecordEvent):
    """The bureau has returned it before it was ever published."""

    name: ClassVar = "demand.returned"


class DemandClosed(RecordEvent):
    name: ClassVar = "demand.closed"


class AchievementPublished(RecordEvent):
    name: ClassVar = "achievement.published"


class AchievementChanged(RecordEvent):
    """A published achievement has changed in something that matching reads."""

    name: ClassVar = "achievement.changed"


class AchievementWithdrawn(RecordEvent):
    name: ClassVar = "achievement.withdrawn"


class AchievementReturned(RecordEvent):
    """The bureau has returned it before it was ever published."""

    name: ClassVar = "achievement.returned"


class AchievementClosed(RecordEvent):
    name: ClassVar = "achievement.closed"


class ManagerPublished(RecordEvent):
    name: ClassVar = "manager.published"


class ManagerChanged(RecordEvent):
    """A published manager has changed in something that matching reads."""

    name: ClassVar = "manager.changed"


class ManagerWithdrawn(RecordEvent):
    name: ClassVar = "manager.withdrawn"


class ManagerReturned(RecordEvent):
    """The bureau has returned it before it was ever published."""

    name: ClassVar = "manager.returned"


class ManagerClosed(RecordEvent):
    name: ClassVar = "manager.closed"


@dataclass(frozen=True, kw_only=True)
class OrganisationChanged(DomainEvent):
    """`changed` are the names of the fields; `name` for a new organisation that its names or its parent tie to others;
    after a decision about likely duplicates or its undoing, what it was, with the decision."""

    name: ClassVar = "organisation.changed"

    subject_id: UUID
    changed: list[str]
    decision_id: UUID | None = None
    undone: bool = False


@dataclass(frozen=True, kw_only=True)
class RecordMergeUndone(DomainEvent):
    """A record (the subject) that was withdrawn as a duplicate is there again: published, or as a draft where it does
    not meet the rules any more."""

    name: ClassVar = "record.merge_undone"

    subject_id: UUID
    kind: str
    number: str
    published: bool


@dataclass(frozen=True, kw_only=True)
class RecordTellsOwner(DomainEvent):
    """The texts of a published confidential record (the subject) tell its owner, or may do so unless `certain`, since
    an organisation has other names. `places` are excerpts, for the owner and the bureau alone.

    Of several records of one owner the first names how many `others` there are, and they `follow` it: one message."""

    name: ClassVar = "record.tells_owner"

    subject_id: UUID
    kind: str
    number: str
    version: int
    organisation_id: UUID
    fields: list[str]
    places: list[str]
    certain: bool
    others: int = 0
    follows: bool = False


@dataclass(frozen=True, kw_only=True)
class OrganisationsToVerify(DomainEvent):
    """An organisation (the subject) whose data come from its users waits for the bureau's verification; so may others
    that have begun to wait since the last such event."""

    name: ClassVar = "organisation.to_verify"

    subject_id: UUID


@dataclass(frozen=True, kw_only=True)
class OrganisationVerified(DomainEvent):
    """The bureau vouches for the organisation from now on; its submitted records go on."""

    name: ClassVar = "organisation.verified"

    subject_id: UUID
