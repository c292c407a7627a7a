"""Engagements as answers, for one reader; the number of queries does not grow with that of the engagements."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import Organisation, User
from app.database import by_id
from app.engagements.access import Participation
from app.engagements.disclosure import Contact, opened_records
from app.engagements.lifecycle.stage_changes import possible
from app.engagements.models import Engagement, Participant, ParticipantSide
from app.engagements.queries import moves_of, participants_of
from app.engagements.schemas import (
    ContactRead,
    EngagementRead,
    EngagementRow,
    ParticipantRead,
    ShareRead,
    StageMoveRead,
)
from app.engagements.shares.service import shares_of
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.summaries import RecordSummary, manager_summaries, summariser


def read_many(
    session: Session, engagements: Sequence[Engagement], *, principal: Principal
) -> list[EngagementRow]:
    """In the order given."""
    demands = by_id(session, Demand, [one.demand_id for one in engagements])
    achievements = by_id(session, Achievement, [one.achievement_id for one in engagements])
    summary = summariser(
        session,
        [*demands.values(), *achievements.values()],
        principal=principal,
        opened=opened_records(session, principal),
    )
    managers = manager_summaries(session, [one.manager_id for one in engagements])
    return [
        EngagementRow(
            id=one.id,
            number=one.number,
            stage=one.stage,
            ended_reason=one.ended_reason,
            opened_at=one.opened_at,
            stage_since=one.stage_since,
            agreed_at=one.agreed_at,
            push_id=one.push_id,
            manager=managers[one.manager_id],
            demand=summary(demands[one.demand_id]),
            achievement=summary(achievements[one.achievement_id]),
            version=one.version,
        )
        for one in engagements
    ]


def read_one(session: Session, seat: Participation, *, principal: Principal) -> EngagementRead:
    """Whoever is only invited sees the pair and who takes part, not yet what was done."""
    engagement = seat.engagement
    (row,) = read_many(session, [engagement], principal=principal)
    inside = bool(seat.roles)
    moves = session.scalars(moves_of(engagement.id)) if inside else ()
    shares = shares_of(session, engagement.id) if inside else ()
    sides = {ParticipantSide.DEMAND.value: row.demand, ParticipantSide.ACHIEVEMENT.value: row.achievement}
    return EngagementRead(
        **dict(row),
        participants=_participants(session, seat, sides),
        moves=[StageMoveRead.model_validate(move) for move in moves],
        shares=[ShareRead.model_validate(share) for share in shares],
        allowed=list(possible(seat)),
    )


def _participants(
    session: Session, seat: Participation, sides: Mapping[str, RecordSummary]
) -> list[ParticipantRead]:
    rows = list(session.scalars(participants_of([seat.engagement.id])))
    names = _names(session, rows)
    mine = {one.id for one in seat.mine}
    return [
        ParticipantRead(
            id=row.id,
            role=row.role,
            side=row.side,
            state=row.state,
            name=names[row.id] if row.id in mine or _may_be_named(seat, row, sides) else None,
            manager_id=row.manager_id,
            is_lead=row.manager_id is not None and row.manager_id == seat.engagement.manager_id,
            mine=row.id in mine,
            invited_at=row.invited_at,
            answered_at=row.answered_at,
            left_at=row.left_at,
        )
        for row in rows
    ]


def _may_be_named(seat: Participation, row: Participant, sides: Mapping[str, RecordSummary]) -> bool:
    """A side's people tell the record's owner: they are named to whom may know that. Managers are public; investors
    are known to those who take part."""
    if row.side is not None:
        return sides[row.side].owner_org_id is not None
    return row.manager_id is not None or bool(seat.roles)


def _names(session: Session, rows: Sequence[Participant]) -> dict[UUID, str]:
    users = _of(session, User, (row.user_id for row in rows))
    organisations = _of(session, Organisation, (row.organisation_id for row in rows))
    managers = manager_summaries(session, [row.manager_id for row in rows if row.manager_id])
    names = {}
    for row in rows:
        if row.manager_id is not None:
            names[row.id] = managers[row.manager_id].name
        elif row.user_id is not None:
            names[row.id] = users[row.user_id]
        elif row.organisation_id is not None:
            names[row.id] = organisations[row.organisation_id]
    return names


def _of(
    session: Session, model: type[User] | type[Organisation], ids: Iterable[UUID | None]
) -> dict[UUID, str]:
    wanted = {id_ for id_ in ids if id_ is not None}
    if not wanted:
        return {}
    rows = session.execute(select(model.id, model.name).where(model.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def contact(found: Contact) -> ContactRead:
    record = found.record
    return ContactRead(
        side=found.side,
        record_id=record.id,
        record_number=record.number,
        organisation=found.organisation,
        contact_name=record.contact_name,
        contact_phone=record.contact_phone,
        contact_email=record.contact_email,
    )
