"""Lists of reviews for the bureau, with what is to be looked at. The number of queries does not grow with the rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.database import by_id
from app.engagements.models import Engagement, Stage
from app.engagements.reviews.models import EngagementReview, ReviewPart, ReviewState
from app.engagements.reviews.schemas import ReviewedRecord, ReviewRead, TieRead
from app.engagements.reviews.service import ties_of
from app.engagements.reviews.ties import Tie, names_of
from app.engagements.reviews.upkeep import IN_FORCE, people_of, waits
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.summaries import manager_summaries
from app.paging import Page, PageRequest, Sort, fetch_page

REVIEW_STATES: Mapping[str, ReviewState] = {state.value: state for state in ReviewState}
"""The states by their codes."""

_OLDEST_FIRST = Sort(EngagementReview.opened_at, datetime, name="reviews")


def review_page(
    session: Session, paging: PageRequest, state: ReviewState = ReviewState.OPEN, *, principal: Principal
) -> Page[ReviewRead]:
    """The reviews in a state, the oldest first."""
    require(principal, Action.ENGAGEMENT_REVIEW)
    query = select(EngagementReview).where(EngagementReview.state == state)
    rows, next_cursor = fetch_page(session, query, _OLDEST_FIRST, paging)
    return Page(items=read_reviews(session, rows), next_cursor=next_cursor)


def read_reviews(session: Session, reviews: Sequence[EngagementReview]) -> list[ReviewRead]:
    """The reviews with the names that the bureau needs to decide, in their order."""
    engagements = by_id(session, Engagement, [one.engagement_id for one in reviews])
    demands = by_id(session, Demand, [one.demand_id for one in engagements.values()])
    achievements = by_id(session, Achievement, [one.achievement_id for one in engagements.values()])
    ties = ties_of(session, [one for one in reviews if one.state != ReviewState.LAPSED])
    people = people_of(session, [one for one in reviews if one.state == ReviewState.OPEN])
    shown = [tie for found in ties.values() for tie in found]
    names = names_of(session, shown)
    managers = {
        id_: one.name
        for id_, one in manager_summaries(
            session, [tie.manager_id for tie in shown if tie.manager_id is not None]
        ).items()
    }

    def read_tie(tie: Tie) -> TieRead:
        return TieRead(
            code=tie.code,
            zh=tie.zh,
            en=tie.en,
            manager=managers[tie.manager_id] if tie.manager_id is not None else None,
            organisations=[names[org] for org in tie.pair or ()],
            possible=tie.is_possible,
            removable=tie.is_removable,
        )

    found = []
    for one in reviews:
        engagement = engagements[one.engagement_id]
        waiting = [person for person in people.get(one.id, ()) if waits(person)]
        found.append(
            ReviewRead(
                id=one.id,
                engagement_id=engagement.id,
                number=engagement.number,
                demand=_record(demands[engagement.demand_id]),
                achievement=_record(achievements[engagement.achievement_id]),
                part=ReviewPart.of(one.part),
                state=ReviewState.of(one.state),
                opened_at=one.opened_at,
                asked_at=waiting[0].asked_at if waiting else None,
                ties=[read_tie(tie) for tie in ties.get(one.id, ())],
                closed_at=one.closed_at,
                decided_by=one.decided_by,
                reason=one.reason,
                decidable=one.state in IN_FORCE and Stage.of(engagement.stage).is_open,
                version=one.version,
            )
        )
    return found


def _record(record: Demand | Achievement) -> ReviewedRecord:
    return ReviewedRecord(id=record.id, number=record.number, title=record.title)
