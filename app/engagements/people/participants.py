"""Answers of participants: consent, decline, leave. The agreement of both sides follows from them."""

from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.accounts.models import Role, User
from app.database import now
from app.engagements.access import Participation, is_own_participant, participation_of, require_open
from app.engagements.conflicts_of_interest import (
    refuse_conflict_after_agreement,
    refuse_forbidden_pair,
)
from app.engagements.contact_visibility import sides_consent
from app.engagements.events import engagement_payload
from app.engagements.lifecycle.opening import claim_slot
from app.engagements.models import (
    Engagement,
    ManagerShare,
    Participant,
    ParticipantRole,
    ParticipantSide,
    ParticipantState,
    Stage,
)
from app.engagements.people.admissions import announce_opened
from app.engagements.people.invitations import announce_participation, log_participation, pair_of
from app.engagements.reviews.service import held_consent
from app.engagements.reviews.upkeep import waits
from app.engagements.timeline import entries as timeline
from app.errors import Conflict, NotFound
from app.events.catalogue import EngagementAgreed, ParticipantReviewEnded
from app.events.outbox import emit
from app.libraries.managers.models import Manager
from app.libraries.record.enums import PublishMode


def consent(
    session: Session, engagement_id: UUID, participant_id: UUID, *, principal: Principal
) -> Conflict | None:
    """Accept an invitation. The engagement is agreed once both owners consent.

    Returns why the consent waits for the bureau: it is noted, and `consent_as_asked` gives it later. The transaction
    has to be committed all the same. None: the consent is given.

    Raises:
        NotFound: the principal may not answer this invitation.
        Conflict: the participant is not invited; the engagement has landed or ended; the manager has no free slot or a
            conflict of interest.
    """
    _lock_manager(session, engagement_id, participant_id, principal)
    participation, participant = _own_participant(session, engagement_id, participant_id, principal)
    require_open(participation.engagement)
    if participant.state != ParticipantState.INVITED:
        raise _wrong_state(participant)
    return _consent(session, participation.engagement, participant, principal)


def _consent(
    session: Session, engagement: Engagement, participant: Participant, principal: Principal
) -> Conflict | None:
    if participant.manager_id is not None:
        _admit_manager(session, engagement, participant.manager_id)
    held = held_consent(session, engagement, participant, asked_by=timeline.actor_of(principal))
    if held is not None:
        return held
    _answer(session, participant, ParticipantState.CONSENTED, principal)
    log_participation(session, "consented", participant, principal, participant.role)
    if participant.role == ParticipantRole.MANAGER:
        _delete_shares(session, engagement)
        _ask_hidden_owners_again(session, engagement, principal)
    _update_agreement(session, engagement)
    announce_opened(session, participant)
    return None


def consent_as_asked(session: Session, participant_id: UUID, *, confirmed: bool) -> None:
    """Give a consent that waited for the bureau, in the name of the person who asked for it; tell them, and have them
    answer again where it can no longer be given. No effect if the consent waits for nothing, or has to wait again.

    `confirmed`: the bureau has found that the participant should decline.
    """
    known = session.get_one(Participant, participant_id)
    if known.manager_id is not None:
        _lock_row_of_manager(session, known.manager_id)
    engagement = session.get_one(
        Engagement, known.engagement_id, with_for_update=True, populate_existing=True
    )
    participant = session.get_one(Participant, participant_id, populate_existing=True)
    if not waits(participant):
        return
    if not Stage.of(engagement.stage).is_open:
        participant.asked_by = participant.asked_at = None
        session.flush()
        return
    principal = _who_asked(session, participant)
    verdict = "confirmed" if confirmed else "colleague_asked" if principal is None else "asked"
    if not confirmed and principal is not None:
        try:
            with session.begin_nested():
                if _consent(session, engagement, participant, principal) is not None:
                    return
            verdict = "consented"
        except Conflict:  # such as no free slot by now
            session.refresh(participant)
    participant.asked_by = participant.asked_at = None
    session.flush()
    _announce_review(session, engagement, participant, verdict)


def announce_finding(session: Session, participant: Participant, *, confirmed: bool) -> None:
    """Tell a participant whose consent does not wait that they should not take part, or that they may after all."""
    engagement = session.get_one(Engagement, participant.engagement_id)
    if Stage.of(engagement.stage).is_open:
        invited = participant.state == ParticipantState.INVITED
        against, after_all = ("confirmed", "cleared") if invited else ("leave", "stays")
        _announce_review(session, engagement, participant, against if confirmed else after_all)


def _announce_review(
    session: Session, engagement: Engagement, participant: Participant, verdict: str
) -> None:
    emit(
        session,
        ParticipantReviewEnded(
            **engagement_payload(engagement),
            participant_id=participant.id,
            role=participant.role,
            side=participant.side,
            verdict=verdict,
        ),
    )


def _who_asked(session: Session, participant: Participant) -> Principal | None:
    """The person who consented; None if they may no longer answer for the participant."""
    user = session.get(User, participant.asked_by)
    if user is None or not user.active:
        return None
    manager_id = session.scalar(select(Manager.id).where(Manager.user_id == user.id))
    principal = Principal(
        user_id=user.id, organisation_id=user.organisation_id, role=Role(user.role), manager_id=manager_id
    )
    own = select(Participant.id).where(Participant.id == participant.id, is_own_participant(principal))
    return principal if session.scalar(own) is not None else None


def decline(
    session: Session, engagement_id: UUID, participant_id: UUID, *, principal: Principal
) -> Participant:
    participation, participant = _own_participant(session, engagement_id, participant_id, principal)
    require_open(participation.engagement)
    if participant.state != ParticipantState.INVITED:
        raise _wrong_state(participant)
    _answer(session, participant, ParticipantState.DECLINED, principal)
    log_participation(session, "declined", participant, principal, participant.role)
    return participant


def leave(
    session: Session, engagement_id: UUID, participant_id: UUID, *, principal: Principal
) -> Participant:
    """Withdraw consent; disclosure ends at once. Possible in every stage, as records stay disclosed after landing.

    Raises:
        Conflict: the participant has not consented, or is the lead, who can only end the engagement.
    """
    participation, participant = _own_participant(session, engagement_id, participant_id, principal)
    if participant.state != ParticipantState.CONSENTED:
        raise _wrong_state(participant)
    engagement = participation.engagement
    if participant.manager_id == engagement.manager_id:
        raise Conflict(
            "The lead cannot leave; end the engagement instead.",
            "牵头技术经理人不能退出，请终止对接。",
            code="lead_cannot_leave",
        )
    participant.state = ParticipantState.LEFT
    participant.left_at = now()
    session.flush()
    log_participation(session, "left", participant, principal, participant.role)
    if participant.role == ParticipantRole.MANAGER and Stage.of(engagement.stage).is_open:
        _delete_shares(session, engagement)
    _update_agreement(session, engagement)
    return participant


def _lock_manager(session: Session, engagement_id: UUID, participant_id: UUID, principal: Principal) -> None:
    """Lock the manager's row before the engagement's: the same order everywhere prevents deadlocks."""
    query = select(Participant.manager_id).where(
        Participant.id == participant_id,
        Participant.engagement_id == engagement_id,
        is_own_participant(principal),
    )
    manager_id = session.scalar(query)
    if manager_id is not None:
        _lock_row_of_manager(session, manager_id)


def _lock_row_of_manager(session: Session, manager_id: UUID) -> None:
    session.execute(
        select(Manager.id).where(Manager.id == manager_id).with_for_update(key_share=True, of=Manager)
    )


def _own_participant(
    session: Session, engagement_id: UUID, participant_id: UUID, principal: Principal
) -> tuple[Participation, Participant]:
    participation = participation_of(
        session, engagement_id, Action.ENGAGEMENT_ANSWER, principal=principal, lock=True, invited=True
    )
    for participant in participation.own:
        if participant.id == participant_id:
            return participation, participant
    raise NotFound


def _admit_manager(session: Session, engagement: Engagement, manager_id: UUID) -> None:
    manager = session.get_one(Manager, manager_id, populate_existing=True)
    claim_slot(session, manager)
    refuse_forbidden_pair(session, manager, *pair_of(session, engagement), chosen=True)
    refuse_conflict_after_agreement(session, manager, engagement)


def _ask_hidden_owners_again(session: Session, engagement: Engagement, principal: Principal) -> None:
    """Before the agreement, a hidden owner has consented to be known to other people than now; also one whose consent
    waits for the bureau."""
    if engagement.agreed_at is not None:
        return
    demand, achievement = pair_of(session, engagement)
    hidden = [
        side
        for side, record in ((ParticipantSide.DEMAND, demand), (ParticipantSide.ACHIEVEMENT, achievement))
        if record.publish_mode == PublishMode.CONFIDENTIAL
    ]
    asked = session.scalars(
        select(Participant).where(
            Participant.engagement_id == engagement.id,
            Participant.side.in_(hidden),
            or_(Participant.state == ParticipantState.CONSENTED, Participant.asked_at.is_not(None)),
        )
    ).all()
    for row in asked:
        row.state = ParticipantState.INVITED
        row.answered_by = row.answered_at = row.asked_by = row.asked_at = None
    session.flush()
    for row in asked:
        announce_participation(session, "invited", row, principal, anew=True)


def _answer(
    session: Session, participant: Participant, state: ParticipantState, principal: Principal
) -> None:
    participant.state = state
    participant.answered_by = timeline.actor_of(principal)
    participant.answered_at = now()
    participant.asked_by = participant.asked_at = None
    session.flush()


def _update_agreement(session: Session, engagement: Engagement) -> None:
    agreed = sides_consent(session, engagement)
    if agreed and engagement.agreed_at is None:
        engagement.agreed_at = now()
        emit(session, EngagementAgreed(**engagement_payload(engagement)))
    elif not agreed:
        engagement.agreed_at = None
    session.flush()


def _delete_shares(session: Session, engagement: Engagement) -> None:
    """The managers have changed, so the shares must be proposed again."""
    session.execute(delete(ManagerShare).where(ManagerShare.engagement_id == engagement.id))


def _wrong_state(participant: Participant) -> Conflict:
    state = ParticipantState.of(participant.state)
    return Conflict(
        f"This answer is not possible: the participant is {state.value}.",
        f"此邀请当前为“{state.zh}”，不能作此答复。",
        code="participant_state",
        state=state.value,
    )
