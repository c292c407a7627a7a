"""Workload of managers: their open engagements, and the lapsed ones that end."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from app.engagements.models import OPEN_STAGES, Engagement, Participant, ParticipantState, Stage
from app.errors import NotFound
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.libraries.record.enums import RecordState

_IS_BINDING = or_(Engagement.agreed_at.is_not(None), Engagement.stage == Stage.SIGNED)
"""Both sides are committed, so the engagement no longer depends on its records being published."""

_PUBLISHED = and_(Demand.state == RecordState.PUBLISHED, Achievement.state == RecordState.PUBLISHED)


def open_engagement_counts(session: Session, manager_ids: Collection[UUID]) -> dict[UUID, int]:
    """Manager → number of occupied slots: their open engagements, as lead or as another manager.

    Landed and ended engagements occupy no slot. Neither do lapsed ones (`lapsed`), which end by themselves. Managers
    without an open engagement are left out.
    """
    if not manager_ids:
        return {}
    rows = session.execute(_count_by_manager(manager_ids).where(or_(_IS_BINDING, _PUBLISHED)))
    return {manager_id: count for manager_id, count in rows if manager_id is not None}


def occupying(manager_id: UUID) -> Select[Engagement]:
    """The engagements that `open_engagement_counts` counts for a manager."""
    return (
        select(Engagement)
        .join(Demand, Demand.id == Engagement.demand_id)
        .join(Achievement, Achievement.id == Engagement.achievement_id)
        .where(
            engagements_of_manager(manager_id),
            Engagement.stage.in_(OPEN_STAGES),
            or_(_IS_BINDING, _PUBLISHED),
        )
    )


def occupied_slots(session: Session, manager_id: UUID) -> int:
    """The number of a manager's open engagements, lapsed ones included. It never exceeds the capacity."""
    row = session.execute(_count_by_manager([manager_id])).one_or_none()
    return 0 if row is None else int(row[1])


def lapsed(condition: ColumnElement[bool]) -> Select[Engagement]:
    """Lapsed engagements, locked, ordered by id.

    An open engagement lapses when its demand or achievement is no longer published before both sides consented.
    """
    return (
        select(Engagement)
        .join(Demand, Demand.id == Engagement.demand_id)
        .join(Achievement, Achievement.id == Engagement.achievement_id)
        .where(Engagement.stage.in_(OPEN_STAGES), ~_IS_BINDING, ~_PUBLISHED, condition)
        .order_by(Engagement.id)
        .with_for_update(of=Engagement)
        .execution_options(populate_existing=True)
    )


def engagements_of_manager(manager_id: UUID) -> ColumnElement[bool]:
    """Condition: the manager takes part in the engagement."""
    return Engagement.id.in_(
        select(Participant.engagement_id).where(
            Participant.manager_id == manager_id, Participant.state == ParticipantState.CONSENTED
        )
    )


def _count_by_manager(manager_ids: Collection[UUID]) -> Select[UUID | None, int]:
    return (
        select(Participant.manager_id, func.count())
        .join(Engagement, Engagement.id == Participant.engagement_id)
        .join(Demand, Demand.id == Engagement.demand_id)
        .join(Achievement, Achievement.id == Engagement.achievement_id)
        .where(
            Participant.manager_id.in_(manager_ids),
            Participant.state == ParticipantState.CONSENTED,
            Engagement.stage.in_(OPEN_STAGES),
        )
        .group_by(Participant.manager_id)
    )


@dataclass(frozen=True, slots=True)
class ManagerWorkload:
    """A manager's occupied slots, and their capacity."""

    occupied: int
    capacity: int

    @property
    def free(self) -> int:
        """Slots that are left; never below 0, also after the capacity was lowered."""
        return max(0, self.capacity - self.occupied)


def workload_of(session: Session, manager_id: UUID) -> ManagerWorkload:
    """
    Raises:
        NotFound: no such manager.
    """
    capacity = session.scalar(select(Manager.capacity).where(Manager.id == manager_id))
    if capacity is None:
        raise NotFound
    return ManagerWorkload(open_engagement_counts(session, [manager_id]).get(manager_id, 0), capacity)
