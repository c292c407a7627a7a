"""Responses about engagements, for one reader. The number of queries does not grow with the number of rows."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import Organisation, User
from app.database import by_id
from app.engagements.access import Participation
from app.engagements.contact_visibility import Contact, opened_records
from app.engagements.lifecycle.stage_changes import reachable_stages
from app.engagements.models import Engagement, Participant, ParticipantSide
from app.engagements.queries import participants_of, stage_moves_of
from app.engagements.reviews.service import confirmed_subjects, subject_of
from app.engagements.reviews.upkeep import parts_that_wait, waits
from app.engagements.schemas import (
    ContactRead,
    EngagementRead,
    EngagementRow,
    ParticipantRead,
    ShareRead,
    SideUndertaking,
    StageMoveRead,
    UndertakingGiven,
)
from app.engagements.shares.service import shares_of
from app.engagements.undertakings.requirements import asked_of, undertakings_in
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import UndertakingMode
from app.libraries.summaries import RecordSummary, manager_summaries, summariser


def read_many(
    session: Session, engagements: Sequence[Engagement], *, principal: Principal
) -> list[EngagementRow]:
    """One row per engagement, in the given order."""
    demands = by_id(session, Demand, [engagement.demand_id for engagement in engagements])
    achievements = by_id(session, Achievement, [engagement.achievement_id for engagement in engagements])
    summary = summariser(
        session,
        [*demands.values(), *achievements.values()],
        principal=principal,
        opened=opened_records(session, principal),
    )
    managers = manager_summaries(session, [engagement.manager_id for engagement in engagements])
    return [
        EngagementRow(
            id=engagement.id,
            number=engagement.number,
            stage=engagement.stage,
            ended_reason=engagement.ended_reason,
            opened_at=engagement.opened_at,
            stage_since=engagement.stage_since,
            agreed_at=engagement.agreed_at,
            push_id=engagement.push_id,
            manager=managers[engagement.manager_id],
            demand=summary(demands[engagement.demand_id]),
            achievement=summary(achievements[engagement.achievement_id]),
            version=engagement.version,
        )
        for engagement in engagements
    ]


def read_one(session: Session, participation: Participation, *, principal: Principal) -> EngagementRead:
    """One engagement. A principal who is only invited sees the pair and the participants, not the history."""
    engagement = participation.engagement
    (row,) = read_many(session, [engagement], principal=principal)
    takes_part = bool(participation.roles)
    moves = session.scalars(stage_moves_of(engagement.id)) if takes_part else ()
    shares = shares_of(session, engagement.id) if takes_part else ()
    sides = {ParticipantSide.DEMAND.value: row.demand, ParticipantSide.ACHIEVEMENT.value: row.achievement}
    participants = _participants(session, participation, sides)
    return EngagementRead(
        **dict(row),
        participants=participants,
        moves=[StageMoveRead.model_validate(move) for move in moves],
        shares=[ShareRead.model_validate(share) for share in shares],
        undertakings=_undertakings(session, participation, participants, principal) if takes_part else [],
        allowed=list(reachable_stages(participation)),
        under_review=_under_review(session, engagement) if principal.sees_everything else None,
    )


def _under_review(session: Session, engagement: Engagement) -> list[str]:
    return list(
        dict.fromkeys(one.part.value for one in parts_that_wait(session, [engagement])[engagement.id])
    )


def _participants(
    session: Session, participation: Participation, sides: Mapping[str, RecordSummary]
) -> list[ParticipantRead]:
    rows = list(session.scalars(participants_of([participation.engagement.id])))
    names = _names(session, rows)
    own_ids = {participant.id for participant in participation.own}
    reviews = _own_reviews(session, participation)
    return [
        ParticipantRead(
            id=row.id,
            review=reviews.get(row.id),
            role=row.role,
            files_opened_by=[
                side
                for side, moment in (
                    (ParticipantSide.DEMAND, row.demand_opened_at),
                    (ParticipantSide.ACHIEVEMENT, row.achievement_opened_at),
                )
                if moment is not None
            ],
            side=row.side,
            state=row.state,
            name=names[row.id] if row.id in own_ids or _may_be_named(participation, row, sides) else None,
            manager_id=row.manager_id,
            is_lead=row.manager_id is not None and row.manager_id == participation.engagement.manager_id,
            mine=row.id in own_ids,
            invited_at=row.invited_at,
            answered_at=row.answered_at,
            left_at=row.left_at,
        )
        for row in rows
    ]


def _own_reviews(session: Session, participation: Participation) -> Mapping[UUID, str]:
    """What the reader may know about a review: that their own consent waits, or that they should decline."""
    confirmed = confirmed_subjects(session, participation.engagement.id) if participation.own else frozenset()
    return {
        one.id: "refused" if subject_of(participation.engagement, one) in confirmed else "waiting"
        for one in participation.own
        if waits(one) or subject_of(participation.engagement, one) in confirmed
    }


def _undertakings(
    session: Session,
    participation: Participation,
    participants: Sequence[ParticipantRead],
    principal: Principal,
) -> list[SideUndertaking]:
    """Of each side that asks for an undertaking, or has been given one: what the reader owes, and who has given it."""
    given = undertakings_in(session, participation.engagement.id)
    people = _names_by_id(session, User, (row.user_id for row in given))
    named = {participant.id for participant in participants if participant.name is not None}
    found = []
    for side, mode in asked_of(session, participation.engagement).items():
        of_side = [row for row in given if row.side == side]
        if mode is UndertakingMode.NONE and not of_side:
            continue
        sees_all = participation.is_operator or side in participation.sides
        rows = [
            UndertakingGiven(
                participant_id=row.participant_id,
                user_id=row.user_id,
                name=people[row.user_id] if row.participant_id in named else None,
                text_version=row.text_version,
                digest=row.digest,
                language="en" if row.language == "en" else "zh",
                accepted_at=row.accepted_at,
            )
            for row in of_side
            if sees_all or row.user_id == principal.user_id
        ]
        owed = side in participation.owed_sides
        found.append(SideUndertaking(side=side, mode=mode, owed=owed, given=rows))
    return found


def _may_be_named(participation: Participation, row: Participant, sides: Mapping[str, RecordSummary]) -> bool:
    """Whether the reader may see the participant's name.

    Participants of a side reveal the record's owner, so they are named only to readers who may know the owner.
    Managers are public. Investors are named to those who take part.
    """
    if row.side is not None:
        return sides[row.side].owner_org_id is not None
    return row.manager_id is not None or bool(participation.roles)


def _names(session: Session, rows: Sequence[Participant]) -> dict[UUID, str]:
    users = _names_by_id(session, User, (row.user_id for row in rows))
    organisations = _names_by_id(session, Organisation, (row.organisation_id for row in rows))
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


def _names_by_id(
    session: Session, model: type[User] | type[Organisation], ids: Iterable[UUID | None]
) -> dict[UUID, str]:
    known_ids = {id_ for id_ in ids if id_ is not None}
    if not known_ids:
        return {}
    rows = session.execute(select(model.id, model.name).where(model.id.in_(known_ids)))
    return {row.id: row.name for row in rows}


def read_contact(contact: Contact) -> ContactRead:
    record = contact.record
    return ContactRead(
        side=contact.side,
        record_id=record.id,
        record_number=record.number,
        organisation=contact.organisation,
        contact_name=record.contact_name,
        contact_phone=record.contact_phone,
        contact_email=record.contact_email,
    )
