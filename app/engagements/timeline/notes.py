"""Notes that participants add to the timeline."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.engagements.access import participation_of, require_open
from app.engagements.disclosure.hidden_sides import refuse_telling
from app.engagements.models import TimelineEntry
from app.engagements.timeline import entries as timeline


def add_note(session: Session, engagement_id: UUID, *, text: str, principal: Principal) -> TimelineEntry:
    """
    Raises:
        NotFound: the principal may not see the engagement.
        Conflict: the principal has not consented, or the engagement has landed or ended.
        Invalid: the text names a hidden owner before both sides agree.
    """
    participation = participation_of(
        session, engagement_id, Action.ENGAGEMENT_WRITE, principal=principal, lock=True
    )
    require_open(participation.engagement)
    refuse_telling(session, participation, {"text": text})
    return timeline.write(
        session, engagement_id, "note", principal=principal, role=participation.role, text=text
    )
