"""Events of engagements (对接) and their tasks."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from app.events.domain_event import DomainEvent


@dataclass(frozen=True, kw_only=True)
class EngagementEvent(DomainEvent):
    """About one engagement: its push, pair and lead manager, and the stage after the event."""

    subject_id: UUID
    engagement_id: UUID
    number: str
    push_id: UUID | None = None
    demand_id: UUID
    achievement_id: UUID
    manager_id: UUID
    stage: str


class EngagementOpened(EngagementEvent):
    name: ClassVar = "engagement.opened"


class EngagementAgreed(EngagementEvent):
    """Both sides have consented."""

    name: ClassVar = "engagement.agreed"


@dataclass(frozen=True, kw_only=True)
class EngagementMoved(EngagementEvent):
    name: ClassVar = "engagement.moved"

    from_stage: str
    to_stage: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class EngagementEnded(EngagementEvent):
    """The engagement ended without a result. `reason` is a code of the vocabulary `engagement_end_reasons`."""

    name: ClassVar = "engagement.ended"

    from_stage: str
    to_stage: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class SharesProposed(EngagementEvent):
    """The lead has proposed the shares, which these managers have to confirm."""

    name: ClassVar = "engagement.shares_proposed"

    manager_ids: list[UUID]


@dataclass(frozen=True, kw_only=True)
class ParticipantEvent(EngagementEvent):
    """About one participation, with its role and side; `actor_id` is the user or API key that did it."""

    participant_id: UUID
    role: str
    side: str | None = None
    actor_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ParticipantInvited(ParticipantEvent):
    """A participant was invited, or invited again. The owners' first invitations are part of the opening. `anew`: a
    hidden owner had consented, and another manager has joined since, who would know them."""

    name: ClassVar = "participant.invited"

    anew: bool = False


class ParticipantConsented(ParticipantEvent):
    name: ClassVar = "participant.consented"


class ParticipantDeclined(ParticipantEvent):
    name: ClassVar = "participant.declined"


class ParticipantLeft(ParticipantEvent):
    name: ClassVar = "participant.left"


class ParticipantAdmitted(ParticipantEvent):
    """Both sides have opened the files of the engagement to a third party."""

    name: ClassVar = "participant.admitted"


@dataclass(frozen=True, kw_only=True)
class ParticipantReviewEnded(ParticipantEvent):
    """The bureau has decided about a consent that waited. `verdict`: consented (it counts now), asked (they have to
    answer again, because a rule refuses their consent by now), colleague_asked (because the person who consented may no
    longer answer), confirmed (they should decline), leave (they take part already, and should not), cleared (they may
    take part after all, and have to answer) or stays (they take part, and may after all)."""

    name: ClassVar = "participant.review_ended"

    verdict: str


@dataclass(frozen=True, kw_only=True)
class EngagementReviewEvent(DomainEvent):
    """About one review of an engagement by the bureau, which is the subject."""

    subject_id: UUID
    engagement_id: UUID
    number: str


class EngagementReviewOpened(EngagementReviewEvent):
    """A consent has to wait until the bureau has looked at a tie."""

    name: ClassVar = "engagement.review_opened"


class EngagementReviewOverdue(EngagementReviewEvent):
    """The review has waited for long."""

    name: ClassVar = "engagement.review_overdue"


@dataclass(frozen=True, kw_only=True)
class EngagementReviewClosed(EngagementReviewEvent):
    """The bureau has decided, or what was to be looked at is over: consents that waited are given or asked again.
    `was_confirmed`: people had been asked to decline, or to leave."""

    name: ClassVar = "engagement.review_closed"

    was_confirmed: bool = False


@dataclass(frozen=True, kw_only=True)
class TaskEvent(DomainEvent):
    """About one task and its assignee; the ids of the assignee that do not apply are None."""

    subject_id: UUID
    task_id: UUID
    title: str
    due_on: date
    engagement_id: UUID
    number: str
    user_id: UUID | None = None
    organisation_id: UUID | None = None
    manager_id: UUID | None = None


class TaskDue(TaskEvent):
    """The reminder day of the task has come."""

    name: ClassVar = "task.due"


@dataclass(frozen=True, kw_only=True)
class TaskAssigned(TaskEvent):
    """The task has this assignee from now on, or another due day than `due_before`; `actor_id` is who did it."""

    name: ClassVar = "task.assigned"

    actor_id: UUID | None = None
    due_before: date | None = None


class TaskOverdue(TaskEvent):
    """The due day of the task has passed, and the task is still open."""

    name: ClassVar = "task.overdue"
