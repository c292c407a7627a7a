"""Rows of figures as answers, shown as far as the reader may see them; the queries do not grow with the rows."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.database import by_id
from app.engagements import presenter as presenting
from app.engagements.disclosure import opened_records
from app.engagements.models import Engagement, StageMove
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.models import Record
from app.libraries.summaries import RecordSummary, manager_summaries, summariser
from app.pushes.models import Push, PushAttempt
from app.statistics.common import counted, days
from app.statistics.figures.demands import step_code
from app.statistics.queries import pushes as push_queries
from app.statistics.queries.demands import FunnelStep, furthest
from app.statistics.queries.engagements import visits
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


def read_demands(session: Session, demands: Sequence[Demand], asked: StatisticsQuery) -> list[DemandReached]:
    query = select(Demand.id, furthest(asked.threshold)).where(Demand.id.in_([one.id for one in demands]))
    reached = {id_: step_code(FunnelStep(step)) for id_, step in session.execute(query)}
    shown = read_records(session, demands, principal=asked.principal)
    return [DemandReached(demand=one, step=reached[one.id]) for one in shown]


def read_stays(session: Session, moves: Sequence[StageMove], *, principal: Principal) -> list[StageStay]:
    found = by_id(session, Engagement, {move.engagement_id for move in moves})
    shown = presenting.read_many(session, list(found.values()), principal=principal)
    engagements = {row.id: row for row in shown}
    stays = visits(found)
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


def read_rounds(
    session: Session, rounds: Sequence[PushAttempt], *, principal: Principal
) -> list[PushRoundRead]:
    pushes = by_id(session, Push, {one.push_id for one in rounds})
    outcomes = counted(session, push_queries.outcomes([one.id for one in rounds]))
    demands = by_id(session, Demand, {push.demand_id for push in pushes.values()})
    achievements = by_id(session, Achievement, {push.achievement_id for push in pushes.values()})
    records: list[Record] = [*demands.values(), *achievements.values()]
    shown = {one.id: one for one in read_records(session, records, principal=principal)}
    managers = manager_summaries(session, {one.manager_id for one in rounds})
    return [
        PushRoundRead(
            id=one.id,
            push_id=one.push_id,
            round=one.round,
            pushed_at=one.pushed_at,
            answered_at=one.answered_at,
            outcome=outcomes[one.id],
            reason=one.reason,
            manager_id=one.manager_id,
            manager_name=managers[one.manager_id].name,
            demand=shown[pushes[one.push_id].demand_id],
            achievement=shown[pushes[one.push_id].achievement_id],
        )
        for one in rounds
    ]
