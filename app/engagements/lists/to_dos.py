"""Engagements that wait for a reader's consent."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, allowed
from app.accounts.access.principal import Principal
from app.engagements import presenter
from app.engagements.access import is_own_participant
from app.engagements.models import Engagement, Participant, ParticipantState, Stage
from app.engagements.schemas import EngagementRow

_MOST = 10


def awaiting_consent(session: Session, *, principal: Principal) -> list[EngagementRow]:
    """The open engagements that the principal is invited to and has not answered, the oldest first; at most ten.

    A consent that waits for the bureau is an answer.
    """
    if not allowed(principal, Action.ENGAGEMENT_ANSWER, own=True):
        return []
    invited = select(Participant.engagement_id).where(
        is_own_participant(principal),
        Participant.state == ParticipantState.INVITED,
        Participant.asked_at.is_(None),
    )
    still_open = [stage.value for stage in Stage if stage.is_open]
    query = (
        select(Engagement)
        .where(Engagement.id.in_(invited), Engagement.stage.in_(still_open))
        .order_by(Engagement.opened_at, Engagement.id)
        .limit(_MOST)
    )
    rows = session.scalars(query).all()
    return presenter.read_many(session, rows, principal=principal) if rows else []
