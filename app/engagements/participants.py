"""Participants by invitation and consent: who is asked, who answers, who leaves; agreement follows from it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.models import Organisation, Role, User
from app.accounts.permissions import Action
from app.accounts.principal import Principal
from app.db import now
from app.engagements import timeline
from app.engagements.access import Seat, is_mine, not_yours, require_open, take_seat
from app.engagements.disclosure import sides_consent
from app.engagements.interests import refuse_interest
from app.engagements.models import (
    Engagement,
    ManagerShare,
    Participant,
    ParticipantRole,
    ParticipantState,
    Side,
    Stage,
)
from app.engagements.opening import claim_place
from app.engagements.stages import OPERATOR
from app.errors import Conflict, Invalid, NotFound
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.kinds import RecordState
from app.libraries.managers.models import Manager

_SIDE_OF_ROLE = {
    ParticipantRole.ENTREPRENEUR: Side.DEMAND,
    ParticipantRole.SCIENTIST: Side.ACHIEVEMENT,
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
    seat = take_seat(session, engagement_id, Action.ENGAGEMENT_INVITE, principal=principal, lock=True)
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
    _tell(session, "invited", participant, principal, seat.role)
    return participant


def consent(
    session: Session, engagement_id: UUID, participant_id: UUID, *, principal: Principal
) -> Participant:
    """Take part. When both owners consent, the engagement is agreed.

    Raises:
        NotFound: it is not the principal's to answer.
        Conflict: not invited (any more), or the engagement is over; a manager without a free place or in conflict.
    """
    _lock_manager(session, engagement_id, participant_id, principal)
    seat, participant = _answering(session, engagement_id, participant_id, principal)
    require_open(seat.engagement)
    if participant.state != ParticipantState.INVITED:
        raise _wrong_state(participant)
    if participant.manager_id is not None:
        _admit_manager(session, seat.engagement, participant.manager_id)
    _answer(session, participant, ParticipantState.CONSENTED, principal)
    _tell(session, "consented", participant, principal, participant.role)
    if participant.role == ParticipantRole.MANAGER:
        _void_shares(session, seat.engagement)
    _settle_agreement(session, seat.engagement)
    return participant


def decline(
    session: Session, engagement_id: UUID, participant_id: UUID, *, principal: Principal
) -> Participant:
    seat, participant = _answering(session, engagement_id, participant_id, principal)
    require_open(seat.engagement)
    if participant.state != ParticipantState.INVITED:
        raise _wrong_state(participant)
    _answer(session, participant, ParticipantState.DECLINED, principal)
    _tell(session, "declined", participant, principal, participant.role)
    return participant


def leave(
    session: Session, engagement_id: UUID, participant_id: UUID, *, principal: Principal
) -> Participant:
    """Withdraw consent: what it opened is closed at once. Possible as long as there is something to close.

    Raises:
        Conflict: the lead cannot leave; he ends the engagement instead.
    """
    seat, participant = _answering(session, engagement_id, participant_id, principal)
    if participant.state != ParticipantState.CONSENTED:
        raise _wrong_state(participant)
    engagement = seat.engagement
    if participant.manager_id == engagement.manager_id:
        raise Conflict(
            "The lead cannot leave; end the engagement instead.",
            "牵头技术经理人不能退出,请终止对接。",
            code="lead_cannot_leave",
        )
    participant.state = ParticipantState.LEFT
    participant.left_at = now()
    session.flush()
    _tell(session, "left", participant, principal, participant.role)
    if participant.role == ParticipantRole.MANAGER and Stage.of(engagement.stage).is_open:
        _void_shares(session, engagement)
    _settle_agreement(session, engagement)
    return participant


def _check_inviter(seat: Seat, invitation: Invitation) -> None:
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
    refuse_interest(session, manager, *_pair(session, engagement))
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


def _pair(session: Session, engagement: Engagement) -> tuple[Demand, Achievement]:
    return (
        session.get_one(Demand, engagement.demand_id),
        session.get_one(Achievement, engagement.achievement_id),
    )


def _owner(session: Session, engagement: Engagement, side: Side) -> UUID:
    demand, achievement = _pair(session, engagement)
    return demand.owner_org_id if side is Side.DEMAND else achievement.owner_org_id


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


def _lock_manager(session: Session, engagement_id: UUID, participant_id: UUID, principal: Principal) -> None:
    """Managers' rows are locked before engagements', here as everywhere: nobody waits in a ring."""
    query = select(Participant.manager_id).where(
        Participant.id == participant_id, Participant.engagement_id == engagement_id, is_mine(principal)
    )
    manager_id = session.scalar(query)
    if manager_id is not None:
        session.execute(
            select(Manager.id).where(Manager.id == manager_id).with_for_update(key_share=True, of=Manager)
        )


def _answering(
    session: Session, engagement_id: UUID, participant_id: UUID, principal: Principal
) -> tuple[Seat, Participant]:
    seat = take_seat(
        session, engagement_id, Action.ENGAGEMENT_ANSWER, principal=principal, lock=True, invited=True
    )
    for participant in seat.mine:
        if participant.id == participant_id:
            return seat, participant
    raise NotFound


def _admit_manager(session: Session, engagement: Engagement, manager_id: UUID) -> None:
    manager = session.get_one(Manager, manager_id, populate_existing=True)
    claim_place(session, manager)
    refuse_interest(session, manager, *_pair(session, engagement))


def _answer(
    session: Session, participant: Participant, state: ParticipantState, principal: Principal
) -> None:
    participant.state = state
    participant.answered_by = timeline.actor_of(principal)
    participant.answered_at = now()
    session.flush()


def _settle_agreement(session: Session, engagement: Engagement) -> None:
    agreed = sides_consent(session, engagement)
    if agreed and engagement.agreed_at is None:
        engagement.agreed_at = now()
    elif not agreed:
        engagement.agreed_at = None
    session.flush()


def _void_shares(session: Session, engagement: Engagement) -> None:
    """Shares were of other managers: they are proposed anew."""
    session.execute(delete(ManagerShare).where(ManagerShare.engagement_id == engagement.id))


def _wrong_state(participant: Participant) -> Conflict:
    state = ParticipantState.of(participant.state)
    return Conflict(
        f"The invitation is {state.value}; it can no longer be answered so.",
        f"此邀请当前为“{state.zh}”,不能再作此答复。",
        code="participant_state",
        state=state.value,
    )


def _tell(session: Session, kind: str, participant: Participant, principal: Principal, role: str) -> None:
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
