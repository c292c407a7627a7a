"""Admission of third parties to the files of an engagement: each side opens them to one participant, or closes them."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import SYSTEM, Principal
from app.database import now, one_or_not_found
from app.engagements.access import not_your_part, participation_of, require_open
from app.engagements.models import Participant, ParticipantSide, ParticipantState
from app.engagements.people.excluded import refuse_opening_to_excluded
from app.engagements.people.invitations import announce_participation, log_participation
from app.errors import Conflict


def open_files(
    session: Session, engagement_id: UUID, participant_id: UUID, *, opened: bool, principal: Principal
) -> Participant:
    """Open the files to a third party for the principal's side, or close them again; both sides must have opened them.

    Raises:
        NotFound: the engagement has no such participant.
        Conflict: the principal is of neither side; the participant is no third party; the engagement has landed or
            ended (files can be closed even then); the demand excludes the participant's organisation.
    """
    participation = participation_of(
        session, engagement_id, Action.ENGAGEMENT_ANSWER, principal=principal, lock=True
    )
    if opened:
        require_open(participation.engagement)
    if not participation.sides:
        raise not_your_part(
            "文件仅可由供需双方向第三方开放。", "Only the two sides may open the files to a third party."
        )
    participant = one_or_not_found(
        session,
        select(Participant).where(
            Participant.id == participant_id, Participant.engagement_id == engagement_id
        ),
    )
    if participant.side is not None or participant.manager_id == participation.engagement.manager_id:
        raise Conflict(
            "This participant is no third party and reads the files anyway.",
            "该参与方不是第三方，本可查看文件。",
            code="no_third_party",
        )
    before = _admits(participant)
    moment = now() if opened else None
    if ParticipantSide.DEMAND in participation.sides:
        if opened:
            refuse_opening_to_excluded(session, participation.engagement, participant)
        participant.demand_opened_at = moment
    if ParticipantSide.ACHIEVEMENT in participation.sides:
        participant.achievement_opened_at = moment
    session.flush()
    kind = "files_opened" if opened else "files_closed"
    log_participation(session, kind, participant, principal, participation.role)
    if not before:
        announce_opened(session, participant)
    return participant


def announce_opened(session: Session, participant: Participant) -> None:
    """Tell a participant that both sides have opened the files to them; who is invited hears it with their consent."""
    if _admits(participant) and participant.state == ParticipantState.CONSENTED:
        announce_participation(session, "admitted", participant, SYSTEM)


def _admits(participant: Participant) -> bool:
    """Whether both sides have opened the files to the participant."""
    return participant.demand_opened_at is not None and participant.achievement_opened_at is not None
