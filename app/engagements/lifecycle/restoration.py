"""Restoration of engagements that ended because a record was withdrawn: who corrects a record withdraws it first."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.database import now
from app.engagements.conflicts_of_interest import refuse_forbidden_pair
from app.engagements.lifecycle.opening import claim_slot
from app.engagements.lifecycle.stage_changes import RECORD_UNAVAILABLE, continue_in
from app.engagements.models import OPEN_STAGES, Engagement, Stage, StageMove
from app.errors import Conflict
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.libraries.record.enums import RecordState

RESTORED_WITHIN = timedelta(days=30)
"""A record that was away for longer was not withdrawn for a correction."""


def restore_lapsed(session: Session, record_id: UUID) -> list[Engagement]:
    """Continue the engagements of the record that ended as unavailable, in the stage that they had reached.

    Not if the other record is away, the manager has no slot or a conflict of interest by now, or the pair is being
    brokered otherwise.
    """
    query = (
        select(Engagement)
        .join(Demand, Demand.id == Engagement.demand_id)
        .join(Achievement, Achievement.id == Engagement.achievement_id)
        .where(
            or_(Engagement.demand_id == record_id, Engagement.achievement_id == record_id),
            Engagement.stage == Stage.ENDED,
            Engagement.ended_reason == RECORD_UNAVAILABLE,
            Engagement.stage_since >= now() - RESTORED_WITHIN,
            Demand.state == RecordState.PUBLISHED,
            Achievement.state == RecordState.PUBLISHED,
        )
        .order_by(Engagement.id)
    )
    return [one for one in session.scalars(query).all() if _restore(session, one.id, one.manager_id)]


def _restore(session: Session, engagement_id: UUID, manager_id: UUID) -> bool:
    # The manager before the engagement: the same order everywhere prevents deadlocks.
    manager = session.scalar(
        select(Manager)
        .where(Manager.id == manager_id)
        .with_for_update(key_share=True, of=Manager)
        .execution_options(populate_existing=True)
    )
    engagement = session.scalar(
        select(Engagement)
        .where(Engagement.id == engagement_id)
        .with_for_update(of=Engagement)
        .execution_options(populate_existing=True)
    )
    if manager is None or manager.state != RecordState.PUBLISHED or engagement is None:
        return False
    stage = _last_stage(session, engagement)
    if stage is None or engagement.stage != Stage.ENDED or _has_other(session, engagement):
        return False
    try:
        claim_slot(session, manager)
        refuse_forbidden_pair(
            session,
            manager,
            session.get_one(Demand, engagement.demand_id),
            session.get_one(Achievement, engagement.achievement_id),
        )
    except Conflict:
        return False
    continue_in(session, engagement, stage, note="需求或成果已重新发布，对接继续")
    return True


def _last_stage(session: Session, engagement: Engagement) -> Stage | None:
    """The open stage from which the engagement ended."""
    query = select(StageMove.from_stage).where(
        StageMove.engagement_id == engagement.id, StageMove.to_stage == Stage.ENDED
    )
    stage = session.scalar(query.order_by(StageMove.moved_at.desc(), StageMove.id.desc()).limit(1))
    return None if stage is None else Stage.of(stage)


def _has_other(session: Session, engagement: Engagement) -> bool:
    """Whether another engagement of the pair is open."""
    query = select(Engagement.id).where(
        Engagement.demand_id == engagement.demand_id,
        Engagement.achievement_id == engagement.achievement_id,
        Engagement.id != engagement.id,
        Engagement.stage.in_(OPEN_STAGES),
    )
    return session.scalar(query.limit(1)) is not None
