"""Consents that wait for the bureau, and its decisions about them. Flushes, never commits."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.accounts.organisations.duplicates import decided_pairs
from app.accounts.organisations.merges import decisions
from app.conditional_requests import check_if_sent
from app.database import by_id, now, one_or_not_found
from app.engagements.access import require_open
from app.engagements.conflicts_of_interest import refuse_tied_operator
from app.engagements.models import Engagement, Participant
from app.engagements.reviews.models import EngagementReview, ReviewPart, ReviewState
from app.engagements.reviews.ties import Tie, pair_of_key
from app.engagements.reviews.upkeep import IN_FORCE, closed_event, parts_that_wait, refresh
from app.errors import Conflict
from app.events.outbox import emit


class ReviewVerdict(StrEnum):
    """What the bureau says of a part that waits."""

    CLEAR = "clear"
    CONFIRM = "confirm"


def subject_of(engagement: Engagement, participant: Participant) -> UUID:
    """The subject of reviews of this participant's consent."""
    if participant.side is None:
        return participant.id
    return engagement.demand_id if participant.side == ReviewPart.DEMAND else engagement.achievement_id


def held_consent(
    session: Session, engagement: Engagement, participant: Participant, *, asked_by: UUID | None
) -> Conflict | None:
    """The answer to a consent that has to wait; it is remembered and given once the bureau has cleared it. None if
    nothing is in its way.

    The caller has locked the engagement. This is an answer, not raised: what it tells is stored.
    """
    waiting = refresh(session, [engagement])
    subject_id = subject_of(engagement, participant)
    if subject_id in confirmed_subjects(session, engagement.id):
        return Conflict(
            "The bureau has reviewed this: you should not take part in this engagement. Please decline it.",
            "主管部门核查后认为您不宜参与此对接，请谢绝邀请。",
            code="review_confirmed",
        )
    if subject_id not in {part.subject_id for part in waiting.get(engagement.id, ())}:
        return None
    participant.asked_by, participant.asked_at = asked_by, participant.asked_at or now()
    session.flush()
    return Conflict(
        "The bureau is reviewing this engagement. Your consent is noted and counts as soon as it is cleared; until "
        "then you can decline.",
        "此对接正由主管部门核查。您的同意已记下，核查通过后自动生效；在此之前您仍可谢绝。",
        code="under_review",
    )


def confirmed_subjects(session: Session, engagement_id: UUID) -> frozenset[UUID]:
    """The subjects of which the bureau has found that they should not take part."""
    row = EngagementReview
    query = select(row.subject_id).where(
        row.engagement_id == engagement_id, row.state == ReviewState.CONFIRMED
    )
    return frozenset(session.scalars(query))


def find_review(session: Session, review_id: UUID, *, principal: Principal) -> EngagementReview:
    """
    Raises:
        Forbidden: the principal is not an operator.
        NotFound: no such review.
    """
    require(principal, Action.ENGAGEMENT_REVIEW)
    return one_or_not_found(session, select(EngagementReview).where(EngagementReview.id == review_id))


def decide(
    session: Session,
    review_id: UUID,
    *,
    verdict: ReviewVerdict,
    reason: str,
    principal: Principal,
    if_match: str | None = None,
) -> EngagementReview:
    """Clear a part, or find that it should not take part; `reason` is for the bureau alone.

    Organisations with like names that are cleared are found to be different, as in the list of duplicates. A tie that
    is certain is waived for this engagement; the contract has to disclose it.

    Raises:
        NotFound, Forbidden: see `find_review`.
        Conflict: it is decided already, the engagement has landed or ended, or a tie is not the bureau's to clear: an
            exclusion, or one group.
        StaleVersion: it has changed since it was read.
    """
    review = find_review(session, review_id, principal=principal)
    engagement = session.get_one(
        Engagement, review.engagement_id, with_for_update=True, populate_existing=True
    )
    session.refresh(review)
    refuse_tied_operator(session, engagement, principal)
    check_if_sent(if_match, review)
    if review.state not in IN_FORCE or verdict == _verdict_of(review):
        raise Conflict(
            "This review is decided already.",
            "此项核查已有结论。",
            code="already_decided",
            state=review.state,
        )
    require_open(engagement)
    was_confirmed = review.state == ReviewState.CONFIRMED
    if verdict is ReviewVerdict.CLEAR:
        _clear(session, review, engagement, principal)
        if was_confirmed:
            reason = _OVERRULED.format(reason=reason, before=review.reason)
    review.state = ReviewState.CLEARED if verdict is ReviewVerdict.CLEAR else ReviewState.CONFIRMED
    review.reason, review.decided_by, review.closed_at = reason, principal.user_id, now()
    session.flush()
    # The reason may name a hidden owner. It stays with the review: the trail is kept longer, and leaves the service.
    audit.record(session, principal, Action.ENGAGEMENT_REVIEW, engagement.id, f"{verdict} {review.part}")
    emit(session, closed_event(review, engagement, was_confirmed=was_confirmed))
    return review


_OVERRULED = "{reason}\n（此前认定不宜对接：{before}）"


def _verdict_of(review: EngagementReview) -> ReviewVerdict | None:
    return ReviewVerdict.CONFIRM if review.state == ReviewState.CONFIRMED else None


def ties_of(session: Session, reviews: Sequence[EngagementReview]) -> dict[UUID, tuple[Tie, ...]]:
    """Review → its ties of now; none where what was seen is gone."""
    engagements = by_id(session, Engagement, [one.engagement_id for one in reviews])
    waiting = parts_that_wait(session, list(engagements.values()))
    return {
        one.id: next(
            (part.ties for part in waiting[one.engagement_id] if part.subject_id == one.subject_id), ()
        )
        for one in reviews
    }


def _clear(session: Session, review: EngagementReview, engagement: Engagement, principal: Principal) -> None:
    ties = ties_of(session, [review])[review.id]
    fixed = [tie for tie in ties if not tie.is_removable]
    if fixed:
        raise Conflict(
            f"This is not the bureau's to clear: {fixed[0].en}. Its owner may change it; else confirm the review.",
            f"此项不能由主管部门放行：{fixed[0].zh}。须由相关单位自行更改，否则请认定为不宜对接。",
            code="not_removable",
            tie=fixed[0].code,
        )
    pairs = {tie.key: pair_of_key(tie.key) for tie in ties}
    known = {pair for pair in pairs.values() if pair is not None}
    decisions.lock(session, {id_ for pair in known for id_ in pair})
    decided = decided_pairs(session, {id_ for pair in known for id_ in pair})
    for first, second in sorted(sorted(pair) for pair in known - decided):
        decisions.decide(
            session,
            principal=principal,
            kept=session.get_one(Organisation, first),
            other=session.get_one(Organisation, second),
            verdict=decisions.IdentityVerdict.DIFFERENT,
            note=f"对接 {engagement.number} 核查认定",
        )
    review.waived = sorted(key for key, pair in pairs.items() if pair is None)
