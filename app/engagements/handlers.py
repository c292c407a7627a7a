"""What engagements do when something has happened to a record."""

from collections.abc import Mapping, Sequence

from sqlalchemy import or_
from sqlalchemy.orm import Session

from app.engagements.events import no_handlers
from app.engagements.lifecycle.stage_changes import end_lapsed
from app.engagements.models import Engagement
from app.events.outbox import ClaimedEvent, Handler


def event_handlers() -> Mapping[str, Sequence[Handler]]:
    """A record that is taken back before both sides consent takes its engagements with it."""
    ended = Handler(plan=_nothing, apply=_end_lapsed)
    names = ("demand.withdrawn", "demand.closed", "achievement.withdrawn", "achievement.closed")
    return dict.fromkeys(names, (ended,)) | dict(no_handlers())


def _end_lapsed(session: Session, event: ClaimedEvent, _: None) -> None:
    record_id = event.subject_id
    end_lapsed(session, or_(Engagement.demand_id == record_id, Engagement.achievement_id == record_id))


def _nothing(_: Session, __: ClaimedEvent) -> None:
    """It reads the present rows under lock."""
