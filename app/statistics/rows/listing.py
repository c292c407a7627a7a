"""Pages of the rows behind the cells of figures, as the API and the bureau's pages list them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.engagements import presenter as engagement_presenter
from app.engagements.contract_models import Contract
from app.engagements.contracts.presenter import read_many as read_contracts
from app.engagements.contracts.schemas import ContractRead
from app.engagements.lifecycle.workload import occupying
from app.engagements.models import Engagement, Stage, StageMove
from app.engagements.schemas import EngagementRow
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.summaries import RecordSummary
from app.paging import Page, PageRequest, Sort, fetch_page
from app.pushes.models import PushAttempt
from app.statistics.figures.demands import STEP_NAMES, step_code
from app.statistics.queries import contracts, demands, engagements, gaps, pushes
from app.statistics.queries.contracts import ContractGroup, ContractPart
from app.statistics.queries.gaps import GapPart
from app.statistics.queries.pushes import Outcome
from app.statistics.query import StatisticsQuery, require_operator
from app.statistics.rows.presenter import read_attempts, read_demands, read_records, read_stays
from app.statistics.schemas import DemandReached, PushRoundRead, StageStay

STEPS = {step_code(step): step for step in STEP_NAMES}
GAP_PARTS = {part.name.lower(): part for part in GapPart}


def newest(column: Any) -> Sort:
    """The order of all rows: the newest first."""
    return Sort(column, datetime, descending=True, name="statistics")


def demand_page(
    session: Session,
    criteria: StatisticsQuery,
    paging: PageRequest,
    *,
    step: str,
    group_by: str | None = None,
    key: str | None = None,
) -> Page[DemandReached]:
    """Demands that reached at least this step."""
    query = demands.funnel_rows(criteria, STEPS[step], group_by=group_by, key=key)
    rows, next_cursor = fetch_page(session, query, newest(Demand.published_at), paging)
    return Page(items=read_demands(session, rows, criteria), next_cursor=next_cursor)


def ended_page(
    session: Session, criteria: StatisticsQuery, paging: PageRequest, *, reason: str | None
) -> Page[EngagementRow]:
    """Ended engagements on demands of the period."""
    return _engagements(session, criteria, paging, demands.ended_rows(criteria, reason))


def stay_page(
    session: Session,
    criteria: StatisticsQuery,
    paging: PageRequest,
    *,
    stage: Stage | None,
    left: bool | None,
) -> Page[StageStay]:
    """Stays in a stage that began in the period."""
    query = engagements.stage_rows(criteria, stage=stage, left=left)
    rows, next_cursor = fetch_page(session, query, newest(StageMove.moved_at), paging)
    return Page(items=read_stays(session, rows, principal=criteria.principal), next_cursor=next_cursor)


def contract_page(
    session: Session,
    criteria: StatisticsQuery,
    paging: PageRequest,
    *,
    part: ContractPart,
    group_by: ContractGroup | None,
    key: str | None,
    manager_id: UUID | None = None,
) -> Page[ContractRead]:
    """Contracts signed in the period."""
    query = contracts.contract_rows(criteria, part=part, group_by=group_by, key=key, manager_id=manager_id)
    rows, next_cursor = fetch_page(session, query, newest(Contract.created_at), paging)
    return Page(items=read_contracts(session, rows), next_cursor=next_cursor)


def gap_page(
    session: Session, criteria: StatisticsQuery, paging: PageRequest, *, part: str, key: str
) -> Page[RecordSummary]:
    """Demands or achievements of a first-level field."""
    query = gaps.gap_rows(criteria, GAP_PARTS[part], key)
    model = Achievement if GAP_PARTS[part] >= GapPart.ACHIEVEMENTS else Demand
    rows, next_cursor = fetch_page(session, query, newest(model.published_at), paging)
    return Page(items=read_records(session, rows, principal=criteria.principal), next_cursor=next_cursor)


def led_page(
    session: Session,
    criteria: StatisticsQuery,
    paging: PageRequest,
    *,
    manager_id: UUID,
    stages: tuple[str, ...],
) -> Page[EngagementRow]:
    """Engagements that the manager leads."""
    query = engagements.engagement_rows(criteria, manager_id=manager_id, stages=stages)
    return _engagements(session, criteria, paging, query)


def occupying_page(
    session: Session, criteria: StatisticsQuery, paging: PageRequest, *, manager_id: UUID
) -> Page[EngagementRow]:
    """Engagements that occupy the manager now, whatever the period.

    Raises:
        Forbidden: the reader is no operator.
    """
    require_operator(criteria)
    return _engagements(session, criteria, paging, occupying(manager_id))


def attempt_page(
    session: Session,
    criteria: StatisticsQuery,
    paging: PageRequest,
    *,
    outcome: Outcome | None = None,
    read: bool | None = None,
    reason: str | None = None,
    manager_id: UUID | None = None,
    band: int | None = None,
) -> Page[PushRoundRead]:
    """Pushes by round; `band`: only answered ones whose pair had a score in this tenth, 0–9."""
    query = pushes.attempt_rows(
        criteria, outcome=outcome, read=read, reason=reason, manager_id=manager_id, band=band
    )
    rows, next_cursor = fetch_page(session, query, newest(PushAttempt.pushed_at), paging)
    return Page(items=read_attempts(session, rows, principal=criteria.principal), next_cursor=next_cursor)


def _engagements(
    session: Session, criteria: StatisticsQuery, paging: PageRequest, query: Any
) -> Page[EngagementRow]:
    rows: Sequence[Engagement]
    rows, next_cursor = fetch_page(session, query, newest(Engagement.opened_at), paging)
    items = engagement_presenter.read_many(session, rows, principal=criteria.principal)
    return Page(items=items, next_cursor=next_cursor)
