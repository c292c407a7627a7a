"""Queries over engagements; `access` decides what a principal may see."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select

from app.accounts.access.principal import Principal
from app.engagements.access import visible_rows
from app.engagements.models import Engagement, Participant, ParticipantState, StageMove
from app.paging import Sort

NEWEST_FIRST = Sort(Engagement.opened_at, datetime, descending=True, name="newest")


def engagements(
    principal: Principal,
    *,
    stages: Collection[str] = (),
    demand_id: UUID | None = None,
    achievement_id: UUID | None = None,
    manager_id: UUID | None = None,
    opened_from: datetime | None = None,
    opened_before: datetime | None = None,
) -> Select[Engagement]:
    """The engagements that the principal may see; `manager_id` is the lead's. `opened_before` is exclusive."""
    query = select(Engagement).where(visible_rows(principal))
    if stages:
        query = query.where(Engagement.stage.in_(stages))
    for column, value in (
        (Engagement.demand_id, demand_id),
        (Engagement.achievement_id, achievement_id),
        (Engagement.manager_id, manager_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if opened_from is not None:
        query = query.where(Engagement.opened_at >= opened_from)
    if opened_before is not None:
        query = query.where(Engagement.opened_at < opened_before)
    return query


def engagements_with(manager_id: UUID) -> Select[Engagement]:
    """The engagements that the manager takes part in or is invited to."""
    present = select(Participant.engagement_id).where(
        Participant.manager_id == manager_id,
        Participant.state.in_((ParticipantState.INVITED, ParticipantState.CONSENTED)),
    )
    return select(Engagement).where(Engagement.id.in_(present))


def participants_of(engagement_ids: Collection[UUID]) -> Select[Participant]:
    return (
        select(Participant)
        .where(Participant.engagement_id.in_(engagement_ids))
        .order_by(Participant.invited_at, Participant.id)
    )


def stage_moves_of(engagement_id: UUID) -> Select[StageMove]:
    query = select(StageMove).where(StageMove.engagement_id == engagement_id)
    return query.order_by(StageMove.moved_at, StageMove.id)
