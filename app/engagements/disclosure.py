"""What consent opens: whose records a participant sees more of, and who is shown whose contacts."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ColumnElement

from app.accounts import audit
from app.accounts.access.disclosure import OpenedRecords
from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.engagements.access import Participation, is_mine, participation_of
from app.engagements.models import (
    OPEN_STAGES,
    Engagement,
    Participant,
    ParticipantRole,
    ParticipantSide,
    ParticipantState,
    Reveal,
    Stage,
)
from app.engagements.timeline import entries as timeline
from app.errors import Conflict, Forbidden
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.libraries.record.enums import PublishMode, RecordState
from app.libraries.record.models import Record

_RECORDS: tuple[tuple[ParticipantSide, type[Any], Any], ...] = (
    (ParticipantSide.DEMAND, Demand, Engagement.demand_id),
    (ParticipantSide.ACHIEVEMENT, Achievement, Engagement.achievement_id),
)
# What has landed is still in its participants' hands; what ended is not.
_IN_HAND = (*OPEN_STAGES, Stage.LANDED)


def brokered_records(session: Session, manager_ids: Collection[UUID]) -> frozenset[UUID]:
    """The demands and achievements in these managers' hands whose owners need not be asked first.

    A confidential record stays closed to its managers until its owner consents (`approved_records`): accepting a push
    is no consent. And what its owner took back is taken back from them too.
    """
    if not manager_ids:
        return frozenset()
    found: set[UUID] = set()
    for _, model, column in _RECORDS:
        query = (
            select(model.id)
            .join(Engagement, column == model.id)
            .join(Participant, Participant.engagement_id == Engagement.id)
            .where(
                Participant.manager_id.in_(manager_ids),
                Participant.state == ParticipantState.CONSENTED,
                Engagement.stage.in_(_IN_HAND),
                model.publish_mode == PublishMode.PUBLIC,
                model.state == RecordState.PUBLISHED,
            )
        )
        found.update(session.scalars(query))
    return frozenset(found)


def opened_records(session: Session, principal: Principal) -> OpenedRecords:
    """Others' records that the principal sees more of, from the engagements as they are now."""
    brokered = brokered_records(session, [principal.manager_id] if principal.manager_id else [])
    return OpenedRecords(brokered, approved_records(session, principal))


def approved_records(session: Session, principal: Principal) -> frozenset[UUID]:
    """The records whose owners let the principal see more (view level 2), read from the consents as they are now.

    An owner's consent opens his record to the engagement's managers; to his counterpart it is open while both
    consent. An owner who withdraws, or who is not the record's owner any more, opens nothing.
    """
    if principal.role is None or principal.sees_everything:
        return frozenset()
    found: set[UUID] = set()
    for side, model, column in _RECORDS:
        found.update(session.scalars(_approved(side, model, column, principal)))
    return frozenset(found)


def _approved(side: ParticipantSide, model: type[Any], column: Any, principal: Principal) -> Select[UUID]:
    owner = aliased(Participant)
    owner_consents = exists().where(
        owner.engagement_id == Engagement.id,
        owner.side == side,
        owner.organisation_id == model.owner_org_id,
        owner.state == ParticipantState.CONSENTED,
    )
    counterpart: ColumnElement[bool] = and_(
        Participant.side.is_not(None), Participant.side != side, Engagement.agreed_at.is_not(None)
    )
    approved: Select[UUID] = (
        select(model.id)
        .join(Engagement, column == model.id)
        .join(Participant, Participant.engagement_id == Engagement.id)
        .where(
            is_mine(principal),
            Participant.state == ParticipantState.CONSENTED,
            Engagement.stage.in_(_IN_HAND),
            owner_consents,
            or_(Participant.role == ParticipantRole.MANAGER, counterpart),
        )
    )
    return approved


def sides_consent(session: Session, engagement: Engagement) -> bool:
    """Whether the present owners of both records consent, each through his organisation."""
    for side, model, record_id in (
        (ParticipantSide.DEMAND, Demand, engagement.demand_id),
        (ParticipantSide.ACHIEVEMENT, Achievement, engagement.achievement_id),
    ):
        query = (
            select(Participant.id)
            .join(model, Participant.organisation_id == model.owner_org_id)
            .where(
                model.id == record_id,
                Participant.engagement_id == engagement.id,
                Participant.side == side,
                Participant.state == ParticipantState.CONSENTED,
            )
        )
        if session.scalar(query.limit(1)) is None:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to call for a side, as its record says."""

    side: str
    record: Record
    organisation: str


def reveal_contacts(session: Session, engagement_id: UUID, *, principal: Principal) -> list[Contact]:
    """The contacts of everybody else's record in the engagement; each is noted as seen, and audited.

    Managers see both sides', each side the other's and the lead's. Investors see none.

    Raises:
        NotFound: it is not the principal's to see.
        Conflict: not both sides consent (any more), or it has ended.
        Forbidden: the bureau has not verified the principal's organisation.
    """
    seat = participation_of(
        session, engagement_id, Action.ENGAGEMENT_CONTACTS, principal=principal, lock=True
    )
    engagement = seat.engagement
    if not principal.reads_details:
        raise Forbidden("The bureau has not verified your organisation yet.", "主管部门尚未核验您的单位。")
    if engagement.stage == Stage.ENDED or not sides_consent(session, engagement):
        raise Conflict(
            "Contacts are shown while both sides consent and the engagement has not ended.",
            "双方均同意且对接未终止时才显示联系方式。",
            code="no_agreement",
        )
    records = _others_records(session, seat)
    owners = {record.owner_org_id for record in records.values()}
    names: dict[UUID, str] = {
        row.id: row.name
        for row in session.execute(
            select(Organisation.id, Organisation.name).where(Organisation.id.in_(owners))
        )
    }
    for side, record in records.items():
        _note_reveal(session, seat, side, record, principal)
    return [Contact(side, record, names[record.owner_org_id]) for side, record in records.items()]


def _others_records(session: Session, seat: Participation) -> dict[str, Record]:
    engagement = seat.engagement
    records: dict[str, Record] = {
        ParticipantSide.DEMAND.value: session.get_one(Demand, engagement.demand_id),
        ParticipantSide.ACHIEVEMENT.value: session.get_one(Achievement, engagement.achievement_id),
        ParticipantRole.MANAGER.value: session.get_one(Manager, engagement.manager_id),
    }
    roles = {one.role for one in seat.consented}
    if ParticipantRole.MANAGER in roles:
        own = {ParticipantRole.MANAGER.value} if seat.is_lead else set()
    elif seat.sides:
        own = set(seat.sides)
    else:
        raise Conflict(
            "Contacts are shown to the two sides and to the managers.",
            "联系方式仅对供需双方和技术经理人显示。",
            code="not_your_part",
        )
    return {side: record for side, record in records.items() if side not in own}


def _note_reveal(
    session: Session, seat: Participation, side: str, record: Record, principal: Principal
) -> None:
    engagement = seat.engagement
    session.add(
        Reveal(
            engagement_id=engagement.id,
            record_id=record.id,
            side=side,
            user_id=principal.user_id,
            api_key_id=principal.api_key_id,
            organisation_id=principal.organisation_id,
            manager_id=principal.manager_id,
        )
    )
    audit.record(
        session,
        principal,
        Action.ENGAGEMENT_CONTACTS,
        record.id,
        f"{engagement.number} {side} {record.number}",
    )
    timeline.write(
        session,
        engagement.id,
        "contacts_revealed",
        principal=principal,
        role=seat.role,
        subject_id=record.id,
        side=side,
    )


def reveals_of(seat: Participation) -> Select[Reveal]:
    """Who saw contacts: all of them for the bureau, one's own side's (or a manager's own) for a participant."""
    query = select(Reveal).where(Reveal.engagement_id == seat.engagement.id)
    if seat.bureau:
        return query
    mine = set(seat.sides) | ({ParticipantRole.MANAGER.value} if seat.is_lead else set())
    return query.where(Reveal.side.in_(mine))
