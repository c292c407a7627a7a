"""Event handlers of engagements: records withdrawn, closed or published again, and reviews that follow from changes."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts.organisations.merges.decisions import TIES
from app.engagements.lifecycle.restoration import restore_lapsed
from app.engagements.lifecycle.stage_changes import end_lapsed
from app.engagements.models import Engagement
from app.engagements.people.participants import announce_finding, consent_as_asked
from app.engagements.queries import engagements_with
from app.engagements.reviews.models import EngagementReview, ReviewPart, ReviewState
from app.engagements.reviews.upkeep import people_of, refresh, refresh_all, waits
from app.events.catalogue import EngagementReviewClosed, OrganisationChanged
from app.events.catalogue.engagements import EngagementEvent
from app.events.domain_event import ClaimedEvent, subject_id_of
from app.services import Services


def end_unconsented_engagements(_: Services, session: Session, event: ClaimedEvent) -> None:
    """End the record's engagements, unless both sides have consented."""
    record_id = subject_id_of(event)
    end_lapsed(session, or_(Engagement.demand_id == record_id, Engagement.achievement_id == record_id))


def restore_engagements(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Continue the engagements that ended only because the record was withdrawn, now that it is published again."""
    restore_lapsed(session, subject_id_of(event))


def review_engagement(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Look for ties after somebody was invited, joined or left, and after its end."""
    refresh(session, [session.get_one(Engagement, EngagementEvent.of(event).engagement_id)])


def review_of_demand(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Look for ties after the demand's owner has excluded somebody, or no longer does."""
    refresh_all(
        session,
        select(Engagement).where(Engagement.demand_id == subject_id_of(event)),
        changed_by_owner=ReviewPart.DEMAND,
    )


def review_of_achievement(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Look for ties after the achievement's owner has named others as co-owners."""
    refresh_all(
        session,
        select(Engagement).where(Engagement.achievement_id == subject_id_of(event)),
        changed_by_owner=ReviewPart.ACHIEVEMENT,
    )


def review_of_manager(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Look for ties after a manager's posts or declarations have changed."""
    refresh_all(session, engagements_with(subject_id_of(event)))


def review_of_organisation(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Look for ties after an organisation was renamed or taken over, or the bureau has decided about it: names may tie
    it to any other, so all engagements are looked at."""
    if not TIES.isdisjoint(OrganisationChanged.of(event).changed):
        refresh_all(session, select(Engagement))


def answer_waiting_consents(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Give the consents that waited for this review, or have people answer again; tell the others of the part what the
    bureau has found, if it is against them or was."""
    closed = EngagementReviewClosed.of(event)
    review = session.get_one(EngagementReview, closed.subject_id)
    confirmed = review.state == ReviewState.CONFIRMED
    for one in people_of(session, [review])[review.id]:
        if waits(one):
            consent_as_asked(session, one.id, confirmed=confirmed)
        elif confirmed or closed.was_confirmed:
            announce_finding(session, one, confirmed=confirmed)
