"""Reassignment after an engagement that failed: the pair goes to the next manager, as after a decline."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import now
from app.engagements.models import Participant, ParticipantState
from app.events.catalogue import EngagementEnded
from app.events.domain_event import ClaimedEvent
from app.pushes import queries
from app.pushes.inbox_log import record_change
from app.pushes.models import Push, PushState
from app.pushes.planning.pair_plan import PairPlan
from app.pushes.planning.plan import plan_pairs
from app.pushes.planning.resumption import cancelled_of_pair, resume
from app.pushes.planning.writer import write_pushes
from app.pushes.policy import current_policy
from app.pushes.recommender import Recommender
from app.services import Services

NOT_REASSIGNED = frozenset({"undone", "record_unavailable", "technology", "chose_other"})
"""Reasons after which the pair is not reassigned: its push is pending again, or the pair is of no use to its owners,
who should not be asked again by another manager."""


def plan_after_engagement(services: Services, session: Session, event: ClaimedEvent) -> list[PairPlan]:
    """Plan the next managers for the pair of an engagement that failed."""
    push = _accepted(session, EngagementEnded.of(event))
    if push is None:
        return []
    policy = current_policy(session, services)
    pairs = session.scalars(queries.good_pair(push.demand_id, push.achievement_id, policy)).all()
    return plan_pairs(session, services[Recommender], pairs, policy=policy, freed={push.id})


def write_after_engagement(
    services: Services, session: Session, event: ClaimedEvent, plans: list[PairPlan]
) -> None:
    """Push the pair to the next manager, unless the owners are done with it or the acceptance was undone."""
    ended = EngagementEnded.of(event)
    push = _accepted(session, ended)
    if push is None:
        return
    push.ended_at = now()
    push.ended_reason = ended.reason
    record_change(session, push)
    session.flush()
    cancelled = session.scalars(cancelled_of_pair(push.pair_key)).all()
    resume(session, cancelled, policy=current_policy(session, services))
    write_pushes(session, plans, policy=current_policy(session, services), follows=push.id)


def _accepted(session: Session, ended: EngagementEnded) -> Push | None:
    """The push that led to the engagement, as long as it occupies a slot and the pair is to be reassigned."""
    if (
        ended.push_id is None
        or ended.reason in NOT_REASSIGNED
        or _has_owner_declined(session, ended.engagement_id)
    ):
        return None
    query = select(Push).where(
        Push.id == ended.push_id, Push.state == PushState.ACCEPTED, Push.ended_at.is_(None)
    )
    return session.scalar(query)


def _has_owner_declined(session: Session, engagement_id: UUID) -> bool:
    query = select(Participant.id).where(
        Participant.engagement_id == engagement_id,
        Participant.side.is_not(None),
        Participant.organisation_id.is_not(None),
        Participant.state == ParticipantState.DECLINED,
    )
    return session.scalar(query.limit(1)) is not None
