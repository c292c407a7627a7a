"""Invitations to an engagement: who may ask whom; the four roles are found here."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation, Role, User
from app.database import now
from app.engagements.access import Participation, not_yours, participation_of, require_open
from app.engagements.conflicts_of_interest import refuse_interest
from app.engagements.models import (
    Engagement,
    Participant,
    ParticipantRole,
    ParticipantSide,
    ParticipantState,
)
from app.engagements.timeline import entries as timeline
from app.engagements.transitions import OPERATOR
from app.errors import Conflict, Invalid
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.libraries.record.enums import RecordState

_SIDE_OF_ROLE = {
    ParticipantRole.ENTREPRENEUR: ParticipantSide.DEMAND,
    ParticipantRole.SCIENTIST: ParticipantSide.ACHIEVEMENT,
}
MOST_PARTICIPANTS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Exactly one of the three is given: a manager for `manager`, an organisation or user for `investor`, and for the
    two sides a user of the owner's organisation (none at all asks the owner's organisation itself, again)."""

    role: ParticipantRole
    user_id: UUID | None = None
    organisation_id: UUID | None = None
    manager_id: UUID | None = None


def invite(
    session: Session, engagement_id: UUID, *, invitation: Invitation, principal: Principal
) -> Participant:
    """Ask somebody to take part; who declined or left may be asked again.

    Managers and investors are asked by the lead, a side's own people by that side; the bureau may ask anybody.

    Raises:
        Conflict: not the principal's to ask, there already, or the engagement is over.
        Invalid: there is no such person for this role.
    """
    seat = participation_of(session, engagement_id, Action.ENGAGEMENT_INVITE, principal=principal, lock=True)
    require_open(seat.engagement)
    _check_inviter(seat, invitation)
    wanted = _named(session, seat.engagement, invitation)
    known = _known(session, wanted)
    if known is not None and known.state in (ParticipantState.INVITED, ParticipantState.CONSENTED):
        raise Conflict("Already invited.", "已邀请过。", code="already_invited", state=known.state)
    if known is None:
        _check_number(session, engagement_id)
    participant = known or wanted
    participant.state = ParticipantState.INVITED
    participant.invited_by = timeline.actor_of(principal)
    participant.invited_at = now()
    participant.answered_by = participant.answered_at = participant.left_at = None
    session.add(participant)
    session.flush()
    tell(session, "invited", participant, principal, seat.role)
    return participant


def _check_inviter(seat: Participation, invitation: Invitation) -> None:
    side = _SIDE_OF_ROLE.get(invitation.role)
    asks_owner_again = side is not None and invitation.user_id is None
    if seat.bureau or (seat.is_lead and (side is None or asks_owner_again)):
        return
    if side is not None and side in seat.sides:
        return
    raise not_yours(
        "技术经理人与投资人由牵头经理人邀请,供需双方人员由各自一方邀请。",
        "The lead invites managers and investors; each side invites its own people.",
    )


def _named(session: Session, engagement: Engagement, invitation: Invitation) -> Participant:
    participant = Participant(engagement_id=engagement.id, role=invitation.role)
    match invitation.role:
        case ParticipantRole.MANAGER:
            participant.manager_id = _manager(session, engagement, invitation)
        case ParticipantRole.INVESTOR:
            participant.user_id, participant.organisation_id = _investor(session, invitation)
        case _:
            side = _SIDE_OF_ROLE[invitation.role]
            owner = _owner(session, engagement, side)
            participant.side = side
            if invitation.user_id is None:
                participant.organisation_id = owner
            else:
                participant.user_id = _user(session, invitation.user_id, organisation_id=owner)
    return participant


def _manager(session: Session, engagement: Engagement, invitation: Invitation) -> UUID:
    manager = session.get(Manager, invitation.manager_id) if invitation.manager_id else None
    if manager is None or manager.state != RecordState.PUBLISHED:
        raise _nobody("manager_id", "没有这位已发布的技术经理人", "there is no such published manager")
    refuse_interest(session, manager, *pair_of(session, engagement))
    return manager.id


def _investor(session: Session, invitation: Invitation) -> tuple[UUID | None, UUID | None]:
    if invitation.user_id is not None:
        return _user(session, invitation.user_id, role=Role.INVESTOR), None
    found = session.get(Organisation, invitation.organisation_id) if invitation.organisation_id else None
    if found is None:
        raise _nobody("organisation_id", "没有这个单位", "there is no such organisation")
    return None, found.id


def _user(
    session: Session, user_id: UUID, *, organisation_id: UUID | None = None, role: Role | None = None
) -> UUID:
    user = session.get(User, user_id)
    fits = user is not None and user.active
    if user is not None and organisation_id is not None:
        fits = fits and user.organisation_id == organisation_id
    if user is not None and role is not None:
        fits = fits and user.role == role
    if not fits:
        raise _nobody("user_id", "该角色没有这位用户", "there is no such user for this role")
    return user_id


def _nobody(field: str, zh: str, en: str) -> Invalid:
    return Invalid.field(field, "unknown", zh, en)


def pair_of(session: Session, engagement: Engagement) -> tuple[Demand, Achievement]:
    return (
        session.get_one(Demand, engagement.demand_id),
        session.get_one(Achievement, engagement.achievement_id),
    )


def _owner(session: Session, engagement: Engagement, side: ParticipantSide) -> UUID:
    demand, achievement = pair_of(session, engagement)
    return demand.owner_org_id if side is ParticipantSide.DEMAND else achievement.owner_org_id


def _known(session: Session, wanted: Participant) -> Participant | None:
    query = select(Participant).where(
        Participant.engagement_id == wanted.engagement_id, Participant.role == wanted.role
    )
    for column, value in (
        (Participant.user_id, wanted.user_id),
        (Participant.organisation_id, wanted.organisation_id),
        (Participant.manager_id, wanted.manager_id),
    ):
        query = query.where(column.is_(None) if value is None else column == value)
    return session.scalar(query)


def _check_number(session: Session, engagement_id: UUID) -> None:
    ids = session.scalars(select(Participant.id).where(Participant.engagement_id == engagement_id)).all()
    if len(ids) >= MOST_PARTICIPANTS:
        raise Conflict(
            f"An engagement has at most {MOST_PARTICIPANTS} participants.",
            f"一个对接至多 {MOST_PARTICIPANTS} 位参与方。",
            code="too_many",
        )


def tell(session: Session, kind: str, participant: Participant, principal: Principal, role: str) -> None:
    """Consent and its withdrawal open and close what is confidential: they are audited, too."""
    timeline.write(
        session,
        participant.engagement_id,
        kind,
        principal=principal,
        role=role or OPERATOR,
        subject_id=participant.id,
        participant_role=participant.role,
        side=participant.side,
    )
    action = Action.ENGAGEMENT_INVITE if kind == "invited" else Action.ENGAGEMENT_ANSWER
    audit.record(session, principal, action, participant.id, f"{kind} {participant.role}")
