"""Contacts (联系方式) by consent: whose contacts participants get, and which records they see in more detail."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from app.accounts import audit
from app.accounts.access.opened_records import NOTHING_OPENED, OpenedRecords
from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.engagements.access import Participation, is_own_participant, participation_of
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
from app.engagements.undertakings.models import Undertaking
from app.engagements.undertakings.requirements import SIDES, is_satisfied
from app.errors import Conflict, Forbidden
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.libraries.record.enums import PublishMode, RecordState
from app.libraries.record.models import Record
from app.libraries.visibility.asked_contacts import asked_records

# Participants keep their access after landing, and lose it when the engagement ends.
_SHARED_STAGES = (*OPEN_STAGES, Stage.LANDED)


def opened_records(session: Session, principal: Principal) -> OpenedRecords:
    """The records of others that current engagements disclose to the principal.

    Brokered are the public, published records of the engagements in which a manager takes part, who sees them without
    the owner's consent. Approved, and so seen at view level 2, are those whose owner consents now: by the engagement's
    managers, and by the other side while both sides consent. Accepting a push is no consent of the owner, and consent
    that was withdrawn, or given by a former owner, discloses nothing. A record that asks for a confidentiality
    undertaking is neither until the reader has given it. The bureau sees all records; asked are those whose contacts
    it has asked for.
    """
    if principal.sees_everything:
        return asked_records(session, principal)
    if principal.role is None:
        return NOTHING_OPENED
    brokered: set[UUID] = set()
    approved: set[UUID] = set()
    for manager_id, role, own_side, agreed_at, *records in session.execute(
        _participations().where(is_own_participant(principal)), {"reader": principal.user_id}
    ):
        brokers = manager_id is not None and manager_id == principal.manager_id
        for (side, _), (id_, is_open, owner_consents, is_undertaken) in zip(
            SIDES, (records[:4], records[4:]), strict=True
        ):
            if not is_undertaken:
                continue
            if brokers and is_open:
                brokered.add(id_)
            is_counterpart = own_side is not None and own_side != side and agreed_at is not None
            if owner_consents and (role == ParticipantRole.MANAGER or is_counterpart):
                approved.add(id_)
    return OpenedRecords(frozenset(brokered), frozenset(approved))


@cache
def _participations() -> Select[Any]:
    """Each part that somebody takes in an engagement: who they are in it, when both sides agreed; of each record its
    id, whether it is public and published, whether its owner consents, and whether the user `reader` has given the
    undertaking that it asks for.

    One query, put together once: every answer about records asks it.
    """
    reader = bindparam("reader", type_=Undertaking.user_id.type)
    columns: list[Any] = []
    for side, model in SIDES:
        owner = aliased(Participant)
        is_open = and_(model.publish_mode == PublishMode.PUBLIC, model.state == RecordState.PUBLISHED)
        owner_consents = exists().where(
            owner.engagement_id == Engagement.id,
            owner.side == side,
            owner.organisation_id == model.owner_org_id,
            owner.state == ParticipantState.CONSENTED,
        )
        columns += [model.id, is_open, owner_consents, is_satisfied(model, reader)]
    return (
        select(Participant.manager_id, Participant.role, Participant.side, Engagement.agreed_at, *columns)
        .join(Engagement, Engagement.id == Participant.engagement_id)
        .join(Demand, Demand.id == Engagement.demand_id)
        .join(Achievement, Achievement.id == Engagement.achievement_id)
        .where(Participant.state == ParticipantState.CONSENTED, Engagement.stage.in_(_SHARED_STAGES))
    )


def sides_consent(session: Session, engagement: Engagement) -> bool:
    """Whether the current owner organisations of both records consent."""
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
    """The contact of a side; the details are those of its record."""

    side: str
    record: Record
    organisation: str


def reveal_contacts(session: Session, engagement_id: UUID, *, principal: Principal) -> list[Contact]:
    """The contacts of the other participants' records; each disclosure is logged and audited.

    Managers see the contacts of both sides; each side sees those of the other side and of the lead. Investors see
    none.

    Raises:
        NotFound: the principal may not see the engagement.
        Conflict: not both sides consent, the engagement has ended, the principal is an investor, or they owe an
            undertaking.
        Forbidden: the bureau has not verified the principal's organisation.
    """
    participation = participation_of(
        session, engagement_id, Action.ENGAGEMENT_CONTACTS, principal=principal, lock=True
    )
    engagement = participation.engagement
    if not principal.reads_details:
        raise Forbidden("The bureau has not verified your organisation yet.", "主管部门尚未核验您的单位。")
    if engagement.stage == Stage.ENDED or not sides_consent(session, engagement):
        raise Conflict(
            "Contacts are available only while both sides consent and the engagement has not ended.",
            "仅在双方均同意且对接未终止时提供联系方式。",
            code="no_agreement",
        )
    refuse_owed_undertaking(participation)
    records = _counterpart_records(session, participation)
    owners = {record.owner_org_id for record in records.values()}
    names: dict[UUID, str] = {
        row.id: row.name
        for row in session.execute(
            select(Organisation.id, Organisation.name).where(Organisation.id.in_(owners))
        )
    }
    for side, record in records.items():
        _log_reveal(session, participation, side, record, principal)
    return [Contact(side, record, names[record.owner_org_id]) for side, record in records.items()]


def refuse_owed_undertaking(participation: Participation) -> None:
    """
    Raises:
        Conflict: the principal has not given an undertaking that a record asks for.
    """
    if participation.owed_sides:
        raise Conflict(
            "Give the confidentiality undertaking first.",
            "请先作出保密承诺，再查看对方的保密内容和联系方式。",
            code="undertaking_owed",
            sides=sorted(participation.owed_sides),
        )


def _counterpart_records(session: Session, participation: Participation) -> dict[str, Record]:
    engagement = participation.engagement
    records: dict[str, Record] = {
        ParticipantSide.DEMAND.value: session.get_one(Demand, engagement.demand_id),
        ParticipantSide.ACHIEVEMENT.value: session.get_one(Achievement, engagement.achievement_id),
        ParticipantRole.MANAGER.value: session.get_one(Manager, engagement.manager_id),
    }
    roles = {participant.role for participant in participation.consented}
    if ParticipantRole.MANAGER in roles:
        own = {ParticipantRole.MANAGER.value} if participation.is_lead else set()
    elif participation.sides:
        own = set(participation.sides)
    else:
        raise Conflict(
            "Contacts are available only to the two sides and the managers.",
            "联系方式仅向供需双方和技术经理人提供。",
            code="not_your_part",
        )
    return {side: record for side, record in records.items() if side not in own}


def _log_reveal(
    session: Session, participation: Participation, side: str, record: Record, principal: Principal
) -> None:
    engagement = participation.engagement
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
        role=participation.role,
        subject_id=record.id,
        side=side,
    )


def reveals_of(participation: Participation) -> Select[Reveal]:
    """Disclosures of contacts: all for operators; for participants those of their own side or manager record."""
    query = select(Reveal).where(Reveal.engagement_id == participation.engagement.id)
    if participation.is_operator:
        return query
    own_sides = set(participation.sides) | (
        {ParticipantRole.MANAGER.value} if participation.is_lead else set()
    )
    return query.where(Reveal.side.in_(own_sides))
