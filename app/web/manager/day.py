"""What stands beside a manager's pushes: their slots, the tasks of the next days, and the way to the next tier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.accounts.access.principal import Principal
from app.clock import today
from app.database import ReadSession
from app.engagements.lifecycle.workload import ManagerWorkload, workload_of
from app.engagements.lists.engagements import engagements_by_id
from app.engagements.schemas import EngagementRow, TaskRead
from app.engagements.tasks.listing import own_tasks
from app.errors import Invalid
from app.paging import PageRequest
from app.talent.tiers.schemas import TierRead
from app.talent.tiers.service import tier_of

DAYS_AHEAD = timedelta(days=7)
MOST_TASKS = 6


@dataclass(frozen=True, slots=True)
class ManagerDay:
    """A manager's day.

    Attributes:
        workload: None without a record in the talent library, as the tier.
        tasks: open ones that are due within a week, overdue ones first; of `engagements`, by id.
        tier: None as well in a year without rules.
    """

    today: date
    workload: ManagerWorkload | None
    tasks: Sequence[TaskRead]
    engagements: Mapping[UUID, EngagementRow]
    tier: TierRead | None

    @property
    def due_today(self) -> int:
        """Tasks that are due today or overdue."""
        return sum(task.due_on <= self.today for task in self.tasks)


def day_of(session: ReadSession, principal: Principal) -> ManagerDay:
    """The day of the manager who reads."""
    now = today()
    tasks = own_tasks(
        session, PageRequest(MOST_TASKS), ["open"], now + DAYS_AHEAD + timedelta(days=1), principal=principal
    ).items
    return ManagerDay(
        today=now,
        workload=workload_of(session, principal.manager_id) if principal.manager_id else None,
        tasks=tasks,
        engagements=engagements_by_id(session, [task.engagement_id for task in tasks], principal=principal)
        if tasks
        else {},
        tier=_tier(session, principal),
    )


def _tier(session: ReadSession, principal: Principal) -> TierRead | None:
    if principal.manager_id is None:
        return None
    try:
        return tier_of(session, None, principal=principal)
    except Invalid:  # no rules are in force this year
        return None
