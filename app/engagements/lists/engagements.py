"""Lists of engagements for one reader."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.engagements import presenter
from app.engagements.access import visible_rows
from app.engagements.models import Engagement, ParticipantRole, Stage
from app.engagements.queries import NEWEST_FIRST, engagements
from app.engagements.schemas import EngagementRow
from app.paging import Page, PageRequest, fetch_page

MAX_ROWS = 200

STAGES: tuple[Stage, ...] = tuple(Stage)
"""All stages, in the order in which an engagement passes them; the last one is the end without a contract."""

ROLES: tuple[ParticipantRole, ...] = tuple(ParticipantRole)
"""The roles of participants."""


def engagement_page(
    session: Session,
    paging: PageRequest,
    *,
    principal: Principal,
    stages: Collection[Stage] = (),
    demand_id: UUID | None = None,
    achievement_id: UUID | None = None,
    manager_id: UUID | None = None,
    opened_from: datetime | None = None,
    opened_before: datetime | None = None,
) -> Page[EngagementRow]:
    """The engagements that the principal may see, the newest first."""
    require(principal, Action.ENGAGEMENT_READ, own=True)
    query = engagements(
        principal,
        stages=stages,
        demand_id=demand_id,
        achievement_id=achievement_id,
        manager_id=manager_id,
        opened_from=opened_from,
        opened_before=opened_before,
    )
    rows, next_cursor = fetch_page(session, query, NEWEST_FIRST, paging)
    return Page(items=presenter.read_many(session, rows, principal=principal), next_cursor=next_cursor)


def stage_counts(session: Session, *, principal: Principal) -> dict[Stage, int]:
    """How many engagements that the principal may see are in each stage; stages without any are left out."""
    require(principal, Action.ENGAGEMENT_READ, own=True)
    query = select(Engagement.stage, func.count()).where(visible_rows(principal)).group_by(Engagement.stage)
    return {Stage.of(stage): count for stage, count in session.execute(query)}


def engagements_by_id(
    session: Session, ids: Collection[UUID], *, principal: Principal
) -> dict[UUID, EngagementRow]:
    """Those of these engagements that the principal may see."""
    require(principal, Action.ENGAGEMENT_READ, own=True)
    query = select(Engagement).where(Engagement.id.in_(set(ids)), visible_rows(principal)).limit(MAX_ROWS)
    rows = presenter.read_many(session, session.scalars(query).all(), principal=principal)
    return {row.id: row for row in rows}
