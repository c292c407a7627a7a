"""Upkeep of reviews: opened when a tie is found, closed when it is over, and the bureau reminded of them.

What others see must not follow from a tie that somebody enters against a hidden owner, nor from taking it back. So a
review of a consent that was given and waits is not closed because its tie is gone: else a person who enters ties, and
takes them back one after another, would see at which one the consent comes. It stays until the bureau says so, until
the bureau has found that the organisations in question are different, or until the owner changes their own record.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.principal import SYSTEM
from app.accounts.organisations.duplicates import decided_pairs
from app.accounts.organisations.merges.kept import kept_ids
from app.clock import after_working_time
from app.database import by_id, now
from app.engagements.models import OPEN_STAGES, Engagement, Participant, ParticipantState, Stage
from app.engagements.reviews.models import EngagementReview, ReviewPart, ReviewState
from app.engagements.reviews.ties import (
    PRESENT,
    SIDES,
    HeldPart,
    held_parts,
    ids_of_key,
    key_with,
    pair_of_key,
)
from app.events.catalogue import EngagementReviewClosed, EngagementReviewOpened, EngagementReviewOverdue
from app.events.catalogue.engagements import EngagementReviewEvent
from app.events.outbox import emit

Kind = TypeVar("Kind", bound=EngagementReviewEvent)

IN_FORCE = (ReviewState.OPEN, ReviewState.CONFIRMED)
QUIET = timedelta(days=1)
"""A tie that returns within this time opens the same review again, and the bureau is not notified once more."""
_BATCH = 200


def parts_that_wait(session: Session, engagements: Sequence[Engagement]) -> dict[UUID, list[HeldPart]]:
    """Engagement → the parts with ties in spite of which the bureau has not cleared them."""
    found = held_parts(session, engagements)
    waived = _waived(session, [id_ for id_, parts in found.items() if parts])
    return {
        id_: [left for part in parts if (left := _without(part, waived.get((id_, part.subject_id), ()))).ties]
        for id_, parts in found.items()
    }


def _without(part: HeldPart, waived: Collection[str]) -> HeldPart:
    ties = tuple(tie for tie in part.ties if tie.key not in waived)
    return HeldPart(part.part, part.subject_id, ties)


def _waived(session: Session, engagement_ids: Collection[UUID]) -> Mapping[tuple[UUID, UUID], set[str]]:
    if not engagement_ids:
        return {}
    row, found = EngagementReview, dict[tuple[UUID, UUID], set[str]]()
    query = select(row.engagement_id, row.subject_id, row.waived).where(
        row.engagement_id.in_(engagement_ids), row.state == ReviewState.CLEARED
    )
    rows = session.execute(query).all()
    # What was waived for an organisation holds for the one that it has been merged into; undone, for itself again.
    kept = kept_ids(session, {id_ for row in rows for key in row.waived for id_ in ids_of_key(key)})
    for engagement_id, subject_id, keys in rows:
        held = found.setdefault((engagement_id, subject_id), set())
        held.update(keys, (key_with(key, kept) for key in keys))
    return found


def refresh(
    session: Session, engagements: Sequence[Engagement], *, changed_by_owner: ReviewPart | None = None
) -> dict[UUID, list[HeldPart]]:
    """Open and close the reviews of these engagements by the ties of now; returns `parts_that_wait`.

    Args:
        session: locks the engagements whose reviews may change.
        changed_by_owner: the side whose owner has just changed the record: what goes by that was not taken back by
            somebody else.
    """
    waiting = parts_that_wait(session, [one for one in engagements if Stage.of(one.stage).is_open])
    reviews = _in_force(session, [one.id for one in engagements])
    touched = [one.id for one in engagements if waiting.get(one.id) or reviews.get(one.id)]
    if not touched:
        return waiting
    locked = session.scalars(
        select(Engagement)
        .where(Engagement.id.in_(touched))
        .order_by(Engagement.id)
        .with_for_update(of=Engagement)
        .execution_options(populate_existing=True)
    ).all()
    reviews = _in_force(session, touched)
    for engagement in locked:
        parts = waiting.get(engagement.id, []) if Stage.of(engagement.stage).is_open else []
        known = {review.subject_id: review for review in reviews.get(engagement.id, ())}
        for part in parts:
            _note(session, engagement, part, known.get(part.subject_id))
        still = {part.subject_id for part in parts}
        for review in known.values():
            if review.subject_id not in still:
                own_change = review.part == changed_by_owner and not review.taken_back
                _close_if_over(session, engagement, review, own_change=own_change)
    session.flush()
    return waiting


def refresh_all(
    session: Session, query: Select[Engagement], *, changed_by_owner: ReviewPart | None = None
) -> None:
    """`refresh` the open engagements of the query, in batches."""
    query = query.where(Engagement.stage.in_(OPEN_STAGES)).order_by(Engagement.id)
    after: UUID | None = None
    while True:
        batch = session.scalars(
            (query if after is None else query.where(Engagement.id > after)).limit(_BATCH)
        ).all()
        if not batch:
            return
        refresh(session, batch, changed_by_owner=changed_by_owner)
        after = batch[-1].id


def _in_force(session: Session, engagement_ids: Collection[UUID]) -> dict[UUID, list[EngagementReview]]:
    found: dict[UUID, list[EngagementReview]] = {}
    row = EngagementReview
    query = select(row).where(row.engagement_id.in_(engagement_ids), row.state.in_(IN_FORCE)).order_by(row.id)
    for review in session.scalars(query.execution_options(populate_existing=True)):
        found.setdefault(review.engagement_id, []).append(review)
    return found


def _note(session: Session, engagement: Engagement, part: HeldPart, review: EngagementReview | None) -> None:
    """Remember the part's ties; the bureau is notified of a part that did not wait before."""
    keys = sorted(tie.key for tie in part.ties)
    if review is not None:
        _see(review, keys)
        return
    lapsed = _lately_lapsed(session, engagement.id, part.subject_id)
    if lapsed is not None:
        lapsed.state, lapsed.closed_at = ReviewState.OPEN, None
        _see(lapsed, keys)
        return
    review = EngagementReview(
        engagement_id=engagement.id, part=part.part, subject_id=part.subject_id, ties=keys
    )
    session.add(review)
    session.flush()
    audit.record(session, SYSTEM, "engagement.under_review", engagement.id, part.part)
    emit(session, event_of(EngagementReviewOpened, review, engagement))


def _see(review: EngagementReview, keys: list[str]) -> None:
    if (review.ties, review.taken_back) != (keys, False):
        review.ties, review.taken_back = keys, False


def _lately_lapsed(session: Session, engagement_id: UUID, subject_id: UUID) -> EngagementReview | None:
    row = EngagementReview
    query = select(row).where(
        row.engagement_id == engagement_id,
        row.subject_id == subject_id,
        row.state == ReviewState.LAPSED,
        row.closed_at >= now() - QUIET,
    )
    return session.scalars(query.order_by(row.closed_at.desc()).limit(1)).first()


def _close_if_over(
    session: Session, engagement: Engagement, review: EngagementReview, *, own_change: bool
) -> None:
    """Close a review without ties, unless closing it would tell others when a tie was taken back. What the bureau has
    found holds until the owner changes what it was found about."""
    is_open, was_confirmed = Stage.of(engagement.stage).is_open, review.state == ReviewState.CONFIRMED
    waiting = waiting_consents(session, review)
    if is_open and (waiting or was_confirmed):
        if not own_change and (was_confirmed or not _decided_elsewhere(session, review)):
            review.taken_back = True
            return
        review.state = ReviewState.LAPSED if was_confirmed else ReviewState.CLEARED
        emit(session, closed_event(review, engagement, was_confirmed=was_confirmed))
    elif was_confirmed:
        return
    else:
        review.state = ReviewState.LAPSED
        for one in waiting:  # the engagement has ended, and with it what was asked
            one.asked_by = one.asked_at = None
    review.closed_at = now()


def _decided_elsewhere(session: Session, review: EngagementReview) -> bool:
    """Whether the bureau has decided about the organisations of all ties."""
    pairs = [pair_of_key(key) for key in review.ties]
    known = [pair for pair in pairs if pair is not None]
    decided = decided_pairs(session, {id_ for pair in known for id_ in pair})
    return len(known) == len(pairs) and all(pair in decided for pair in known)


def people_of(session: Session, reviews: Collection[EngagementReview]) -> dict[UUID, list[Participant]]:
    """Review → those of its part who are invited or take part, the first who consented first."""
    query = select(Participant).where(
        Participant.engagement_id.in_({one.engagement_id for one in reviews}), Participant.state.in_(PRESENT)
    )
    found: dict[UUID, list[Participant]] = {one.id: [] for one in reviews}
    for person in session.scalars(query.order_by(Participant.asked_at, Participant.id)):
        for one in reviews:
            is_of_part = person.side == one.part if one.part in SIDES else person.id == one.subject_id
            if person.engagement_id == one.engagement_id and is_of_part:
                found[one.id].append(person)
    return found


def waits(person: Participant) -> bool:
    """Whether their consent was given and waits for the bureau."""
    return person.state == ParticipantState.INVITED and person.asked_at is not None


def waiting_consents(session: Session, review: EngagementReview) -> list[Participant]:
    """The participations whose consent was given and waits for this review."""
    return [one for one in people_of(session, [review])[review.id] if waits(one)]


def remind(session: Session, *, older_than: timedelta, moment: datetime) -> int:
    """Announce reviews that have waited for longer than this at a moment (UTC), and again each time as much has passed;
    their number.

    Its days are working days, as nobody looks on others: after a holiday the bureau would else get one reminder for
    every third day of it, all on the first morning.
    """
    row, since = EngagementReview, moment - older_than
    query = (
        select(row)
        .where(row.state == ReviewState.OPEN, row.opened_at <= since)
        .order_by(row.opened_at, row.id)
    )
    due = [
        one
        for one in session.scalars(query)
        if after_working_time(one.reminded_at or one.opened_at, older_than) <= moment
    ]
    engagements = by_id(session, Engagement, [one.engagement_id for one in due])
    refresh(session, list(engagements.values()))
    left = [one for one in due if one.state == ReviewState.OPEN]
    for review in left:
        review.reminded_at = moment
        emit(session, event_of(EngagementReviewOverdue, review, engagements[review.engagement_id]))
    session.flush()
    return len(left)


def closed_event(
    review: EngagementReview, engagement: Engagement, *, was_confirmed: bool
) -> EngagementReviewClosed:
    """`was_confirmed`: people have been asked to decline, or to leave."""
    return EngagementReviewClosed(
        subject_id=review.id,
        engagement_id=engagement.id,
        number=engagement.number,
        was_confirmed=was_confirmed,
    )


def event_of(kind: type[Kind], review: EngagementReview, engagement: Engagement) -> Kind:
    """The event of this kind about the review."""
    return kind(subject_id=review.id, engagement_id=engagement.id, number=engagement.number)
