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


@dataclass(frozen=True, kw_only=True)
class EngagementMoved(EngagementEvent):
    name: ClassVar = "engagement.moved"

    from_stage: str
    to_stage: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class EngagementEnded(EngagementEvent):
    """The engagement came to nothing. `reason` is of the vocabulary `engagement_end_reasons`."""

    name: ClassVar = "engagement.ended"

    from_stage: str
    to_stage: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class TaskEvent(DomainEvent):
    """About one task; of the three recipients those that are not concerned are None."""

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
    """It is the task's day of reminder."""

    name: ClassVar = "task.due"


class TaskOverdue(TaskEvent):
    """The task's last day is over, and it is still open."""

    name: ClassVar = "task.overdue"
