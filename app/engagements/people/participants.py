"""Participants answer their invitations and leave again; agreement of both sides follows from it."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.database import now
from app.engagements.access import Participation, is_mine, participation_of, require_open
from app.engagements.conflicts_of_interest import refuse_interest
from app.engagements.disclosure import sides_consent
from app.engagements.lifecycle.opening import claim_slot
from app.engagements.models import (
    Engagement,
    ManagerShare,
    Participant,
    ParticipantRole,
    ParticipantState,
    Stage,
)
from app.engagements.people.invitations import pair_of, tell
from app.engagements.timeline import entries as timeline
from app.errors import Conflict, NotFound
from app.libraries.managers.models import Manager


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
    tell(session, "consented", participant, principal, participant.role)
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
    tell(session, "declined", participant, principal, participant.role)
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
    tell(session, "left", participant, principal, participant.role)
    if participant.role == ParticipantRole.MANAGER and Stage.of(engagement.stage).is_open:
        _void_shares(session, engagement)
    _settle_agreement(session, engagement)
    return participant


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
) -> tuple[Participation, Participant]:
    seat = participation_of(
        session, engagement_id, Action.ENGAGEMENT_ANSWER, principal=principal, lock=True, invited=True
    )
    for participant in seat.mine:
        if participant.id == participant_id:
            return seat, participant
    raise NotFound


def _admit_manager(session: Session, engagement: Engagement, manager_id: UUID) -> None:
    manager = session.get_one(Manager, manager_id, populate_existing=True)
    claim_slot(session, manager)
    refuse_interest(session, manager, *pair_of(session, engagement))


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
