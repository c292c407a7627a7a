"""Notes that participants leave on the time line."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.engagements.access import participation_of, require_open
from app.engagements.models import TimelineEntry
from app.engagements.timeline import entries as timeline


def add_note(session: Session, engagement_id: UUID, *, text: str, principal: Principal) -> TimelineEntry:
    """
    Raises:
        NotFound: it is not the principal's to see.
        Conflict: he has not consented yet, or the engagement is over.
    """
    seat = participation_of(session, engagement_id, Action.ENGAGEMENT_WRITE, principal=principal, lock=True)
    require_open(seat.engagement)
    return timeline.write(session, engagement_id, "note", principal=principal, role=seat.role, text=text)
