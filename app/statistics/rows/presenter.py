"""Responses about the rows of figures, for one reader. The number of queries does not grow with the rows."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.database import by_id
from app.engagements import presenter as engagement_presenter
from app.engagements.contact_visibility import opened_records
from app.engagements.models import Engagement, StageMove
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.models import Record
from app.libraries.summaries import RecordSummary, manager_summaries, summariser
from app.pushes.models import Push, PushAttempt
from app.statistics.common import count_by_key, days
from app.statistics.figures.demands import step_code
from app.statistics.queries import pushes as push_queries
from app.statistics.queries.demands import FunnelStep, furthest_step
from app.statistics.queries.engagements import stays_of
from app.statistics.query import StatisticsQuery
from app.statistics.schemas import DemandReached, PushRoundRead, StageStay


def read_records(session: Session, records: Sequence[Record], *, principal: Principal) -> list[RecordSummary]:
    summary = summariser(
        session,
        records,
        principal=principal,
        opened=opened_records(session, principal),
    )
    return [summary(record) for record in records]


def read_demands(
    session: Session, demands: Sequence[Demand], criteria: StatisticsQuery
) -> list[DemandReached]:
    query = select(Demand.id, furthest_step(criteria.threshold)).where(
        Demand.id.in_([demand.id for demand in demands])
    )
    reached = {id_: step_code(FunnelStep(step)) for id_, step in session.execute(query)}
    shown = read_records(session, demands, principal=criteria.principal)
    return [DemandReached(demand=demand, step=reached[demand.id]) for demand in shown]


def read_stays(session: Session, moves: Sequence[StageMove], *, principal: Principal) -> list[StageStay]:
    engagements_by_id = by_id(session, Engagement, {move.engagement_id for move in moves})
    engagement_rows = engagement_presenter.read_many(
        session, list(engagements_by_id.values()), principal=principal
    )
    engagements = {row.id: row for row in engagement_rows}
    stays = stays_of(engagements_by_id)
    ends = {
        id_: left_at
        for id_, left_at in session.execute(select(stays.c.id, stays.c.left_at))
        if left_at is not None
    }
    return [
        StageStay(
            id=move.id,
            engagement=engagements[move.engagement_id],
            stage=move.to_stage,
            entered_at=move.moved_at,
            left_at=(left_at := ends.get(move.id)),
            days=None if left_at is None else days((left_at - move.moved_at).total_seconds()),
        )
        for move in moves
    ]


def read_attempts(
    session: Session, attempts: Sequence[PushAttempt], *, principal: Principal
) -> list[PushRoundRead]:
    pushes = by_id(session, Push, {attempt.push_id for attempt in attempts})
    outcomes = count_by_key(session, push_queries.outcomes([attempt.id for attempt in attempts]))
    demands = by_id(session, Demand, {push.demand_id for push in pushes.values()})
    achievements = by_id(session, Achievement, {push.achievement_id for push in pushes.values()})
    records: list[Record] = [*demands.values(), *achievements.values()]
    summaries = {summary.id: summary for summary in read_records(session, records, principal=principal)}
    managers = manager_summaries(session, {attempt.manager_id for attempt in attempts})
    return [
        PushRoundRead(
            id=attempt.id,
            push_id=attempt.push_id,
            round=attempt.round,
            pushed_at=attempt.pushed_at,
            answered_at=attempt.answered_at,
            outcome=outcomes[attempt.id],
            reason=attempt.reason,
            manager_id=attempt.manager_id,
            manager_name=managers[attempt.manager_id].name,
            demand=summaries[pushes[attempt.push_id].demand_id],
            achievement=summaries[pushes[attempt.push_id].achievement_id],
        )
        for attempt in attempts
    ]
