"""Invitations to an engagement, for each of the four roles."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation, Role, User
from app.accounts.organisations.lookup import referred
from app.database import now
from app.engagements.access import Participation, not_your_part, participation_of, require_open
from app.engagements.conflicts_of_interest import (
    refuse_conflict_after_agreement,
    refuse_forbidden_pair,
    refuse_tied_operator,
)
from app.engagements.events import engagement_payload
from app.engagements.models import Engagement, Participant, ParticipantRole, ParticipantSide, ParticipantState
from app.engagements.timeline import entries as timeline
from app.engagements.transitions import OPERATOR
from app.errors import Conflict, Invalid
from app.events.catalogue import (
    ParticipantAdmitted,
    ParticipantConsented,
    ParticipantDeclined,
    ParticipantInvited,
    ParticipantLeft,
)
from app.events.catalogue.engagements import ParticipantEvent
from app.events.outbox import emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.lookup import referred_managers
from app.libraries.managers.models import Manager
from app.libraries.record.enums import RecordState

_SIDE_OF_ROLE = {
    ParticipantRole.ENTREPRENEUR: ParticipantSide.DEMAND,
    ParticipantRole.SCIENTIST: ParticipantSide.ACHIEVEMENT,
}
MAX_PARTICIPANTS = 30

_EVENTS: Mapping[str, type[ParticipantEvent]] = {
    "invited": ParticipantInvited,
    "consented": ParticipantConsented,
    "declined": ParticipantDeclined,
    "left": ParticipantLeft,
    "admitted": ParticipantAdmitted,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Whom to invite in which role.

    `manager` takes `manager_id`; `investor` takes `organisation_id` or `user_id`; the two sides take a `user_id` of
    the owner's organisation, or none of the ids to invite the owner's organisation again. An organisation may be given
    by credit code or name, too.
    """

    role: ParticipantRole
    user_id: UUID | None = None
    organisation_id: UUID | str | None = None
    manager_id: UUID | str | None = None


def invite(
    session: Session, engagement_id: UUID, *, invitation: Invitation, principal: Principal
) -> Participant:
    """Invite a participant; who declined or left may be invited again.

    The lead invites managers and investors, each side invites its own people, and operators may invite anybody.

    Raises:
        Conflict: the principal may not invite this role, the participant was already invited, there are too many
            participants, the manager has a conflict of interest, an owner has excluded the other (when a manager is
            invited), the engagement has landed or ended, or the principal is an operator with a tie to a party of it.
        Invalid: nobody with this id is eligible for this role.
    """
    participation = participation_of(
        session, engagement_id, Action.ENGAGEMENT_INVITE, principal=principal, lock=True
    )
    refuse_tied_operator(session, participation.engagement, principal)
    require_open(participation.engagement)
    _check_inviter(participation, invitation)
    candidate = _new_participant(session, participation.engagement, invitation, principal)
    existing = _existing(session, candidate)
    if existing is not None and existing.state in (ParticipantState.INVITED, ParticipantState.CONSENTED):
        raise Conflict(
            "This participant has already been invited.",
            "该参与方已受邀请。",
            code="already_invited",
            state=existing.state,
        )
    if existing is None:
        _check_count(session, engagement_id)
    participant = existing or candidate
    participant.state = ParticipantState.INVITED
    participant.invited_by = timeline.actor_of(principal)
    participant.invited_at = now()
    participant.answered_by = participant.answered_at = participant.left_at = None
    participant.asked_by = participant.asked_at = None
    participant.demand_opened_at = participant.achievement_opened_at = None
    session.add(participant)
    session.flush()
    log_participation(session, "invited", participant, principal, participation.role)
    return participant


def _check_inviter(participation: Participation, invitation: Invitation) -> None:
    side = _SIDE_OF_ROLE.get(invitation.role)
    asks_owner_again = side is not None and invitation.user_id is None
    if participation.is_operator or (participation.is_lead and (side is None or asks_owner_again)):
        return
    if side is not None and side in participation.sides:
        return
    raise not_your_part(
        "技术经理人和投资人由牵头经理人邀请，供需双方人员由各自一方邀请。",
        "Only the lead may invite managers and investors; each side invites its own people.",
    )


def _new_participant(
    session: Session, engagement: Engagement, invitation: Invitation, principal: Principal
) -> Participant:
    participant = Participant(engagement_id=engagement.id, role=invitation.role)
    match invitation.role:
        case ParticipantRole.MANAGER:
            participant.manager_id = _manager(session, engagement, invitation, principal)
        case ParticipantRole.INVESTOR:
            participant.user_id, participant.organisation_id = _investor(session, invitation, principal)
        case _:
            side = _SIDE_OF_ROLE[invitation.role]
            owner = _owner(session, engagement, side)
            participant.side = side
            if invitation.user_id is None:
                participant.organisation_id = owner
            else:
                participant.user_id = _user(session, invitation.user_id, organisation_id=owner)
    return participant


def _manager(session: Session, engagement: Engagement, invitation: Invitation, principal: Principal) -> UUID:
    named = {"manager_id": invitation.manager_id} if invitation.manager_id else {}
    id_ = referred_managers(session, named, principal=principal).get("manager_id")
    manager = session.get(Manager, id_) if id_ else None
    if manager is None or manager.state != RecordState.PUBLISHED:
        raise _unknown("manager_id", "技术经理人不存在或未发布", "is not the id of a published manager")
    account = session.get(User, manager.user_id) if manager.user_id else None
    if account is not None and not (account.active and account.role == Role.MANAGER):
        raise Invalid.field(
            "manager_id", "left", "该技术经理人的账号已停用", "is the id of a manager whose account is closed"
        )
    # The bureau knows the owners.
    chosen = not principal.sees_everything
    refuse_forbidden_pair(session, manager, *pair_of(session, engagement), chosen=chosen)
    refuse_conflict_after_agreement(session, manager, engagement)
    return manager.id


def _investor(
    session: Session, invitation: Invitation, principal: Principal
) -> tuple[UUID | None, UUID | None]:
    if invitation.user_id is not None:
        return _user(session, invitation.user_id, role=Role.INVESTOR), None
    organisation_id = referred(session, invitation.organisation_id, principal=principal)
    organisation = session.get(Organisation, organisation_id) if organisation_id else None
    if organisation is None:
        raise _unknown("organisation_id", "单位不存在", "is not the id of an organisation")
    return None, organisation.id


def _user(
    session: Session, user_id: UUID, *, organisation_id: UUID | None = None, role: Role | None = None
) -> UUID:
    user = session.get(User, user_id)
    is_eligible = user is not None and user.active
    if user is not None and organisation_id is not None:
        is_eligible = is_eligible and user.organisation_id == organisation_id
    if user is not None and role is not None:
        is_eligible = is_eligible and user.role == role
    if not is_eligible:
        raise _unknown(
            "user_id", "用户不存在，或不能担任该角色", "is not the id of a user eligible for this role"
        )
    return user_id


def _unknown(field: str, zh: str, en: str) -> Invalid:
    return Invalid.field(field, "unknown", zh, en)


def pair_of(session: Session, engagement: Engagement) -> tuple[Demand, Achievement]:
    return (
        session.get_one(Demand, engagement.demand_id),
        session.get_one(Achievement, engagement.achievement_id),
    )


def _owner(session: Session, engagement: Engagement, side: ParticipantSide) -> UUID:
    demand, achievement = pair_of(session, engagement)
    return demand.owner_org_id if side is ParticipantSide.DEMAND else achievement.owner_org_id


def _existing(session: Session, candidate: Participant) -> Participant | None:
    query = select(Participant).where(
        Participant.engagement_id == candidate.engagement_id, Participant.role == candidate.role
    )
    for column, value in (
        (Participant.user_id, candidate.user_id),
        (Participant.organisation_id, candidate.organisation_id),
        (Participant.manager_id, candidate.manager_id),
    ):
        query = query.where(column.is_(None) if value is None else column == value)
    return session.scalar(query)


def _check_count(session: Session, engagement_id: UUID) -> None:
    ids = session.scalars(select(Participant.id).where(Participant.engagement_id == engagement_id)).all()
    if len(ids) >= MAX_PARTICIPANTS:
        raise Conflict(
            f"An engagement may have at most {MAX_PARTICIPANTS} participants.",
            f"一个对接至多有 {MAX_PARTICIPANTS} 个参与方。",
            code="too_many",
        )


def log_participation(
    session: Session, kind: str, participant: Participant, principal: Principal, role: str
) -> None:
    """Write to the timeline, and to the audit log because consent decides about confidential data; emit the event.

    That one side opened or closed the files has no event: only both together open them.
    """
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
    announce_participation(session, kind, participant, principal)


def announce_participation(
    session: Session, kind: str, participant: Participant, principal: Principal, *, anew: bool = False
) -> None:
    """Emit the event of this kind of answer or invitation; `anew`: a consent has lapsed because a manager joined."""
    made = _EVENTS.get(kind)
    if made is None:
        return
    event = made(
        **engagement_payload(session.get_one(Engagement, participant.engagement_id)),
        participant_id=participant.id,
        role=participant.role,
        side=participant.side,
        actor_id=timeline.actor_of(principal),
        **({"anew": True} if anew else {}),
    )
    emit(session, event)
