"""How many engagements each manager has open, and the end of those whose records were taken back."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from app.engagements.models import OPEN_STAGES, Engagement, Participant, ParticipantState, Stage
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordState

_BOUND = or_(Engagement.agreed_at.is_not(None), Engagement.stage == Stage.SIGNED)
"""Both sides work on it: whether their records are still published does not matter any more."""

_PUBLISHED = and_(Demand.state == RecordState.PUBLISHED, Achievement.state == RecordState.PUBLISHED)


def open_engagement_counts(session: Session, manager_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many places of each manager are taken: his open engagements, as lead or beside another.

    One that has landed or ended frees its place at once; so does one to which not both sides have consented, when the
    demand or the achievement is no longer published: it ends by itself (`lapsed`). Managers without any are not in
    the answer.
    """
    if not manager_ids:
        return {}
    rows = session.execute(_counted(manager_ids).where(or_(_BOUND, _PUBLISHED)))
    return {manager_id: count for manager_id, count in rows if manager_id is not None}


def occupied_slots(session: Session, manager_id: UUID) -> int:
    """All open engagements of a manager, whatever their records: what never exceeds the capacity."""
    row = session.execute(_counted([manager_id])).one_or_none()
    return 0 if row is None else int(row[1])


def lapsed(condition: ColumnElement[bool]) -> Select[Engagement]:
    """Open engagements that their owners' records no longer carry, under lock, in the order of their ids."""
    return (
        select(Engagement)
        .join(Demand, Demand.id == Engagement.demand_id)
        .join(Achievement, Achievement.id == Engagement.achievement_id)
        .where(Engagement.stage.in_(OPEN_STAGES), ~_BOUND, ~_PUBLISHED, condition)
        .order_by(Engagement.id)
        .with_for_update(of=Engagement)
        .execution_options(populate_existing=True)
    )


def engaged(manager_id: UUID) -> ColumnElement[bool]:
    """The engagements of which the manager is one of the managers."""
    return Engagement.id.in_(
        select(Participant.engagement_id).where(
            Participant.manager_id == manager_id, Participant.state == ParticipantState.CONSENTED
        )
    )


def _counted(manager_ids: Collection[UUID]) -> Select[UUID | None, int]:
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
