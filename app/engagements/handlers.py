"""Event handlers of engagements, for records that were withdrawn, closed, or published again."""

from sqlalchemy import or_
from sqlalchemy.orm import Session

from app.engagements.lifecycle.restoration import restore_lapsed
from app.engagements.lifecycle.stage_changes import end_lapsed
from app.engagements.models import Engagement
from app.events.domain_event import ClaimedEvent, subject_id_of
from app.services import Services


def end_unconsented_engagements(_: Services, session: Session, event: ClaimedEvent) -> None:
    """End the record's engagements, unless both sides have consented."""
    record_id = subject_id_of(event)
    end_lapsed(session, or_(Engagement.demand_id == record_id, Engagement.achievement_id == record_id))


def restore_engagements(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Continue the engagements that ended only because the record was withdrawn, now that it is published again."""
    restore_lapsed(session, subject_id_of(event))
