"""An engagement that came to nothing gives its pair back: it goes to the next manager, as after a decline."""

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
from app.pushes.planning.writer import write_pushes
from app.pushes.policy import current_policy
from app.pushes.recommender import Recommender
from app.services import Services

SETTLED = frozenset({"undone", "record_unavailable", "technology", "chose_other"})
"""Reasons after which the pair is not passed on: its push waits again, or the pair itself is of no use to its owners,
whom no other manager shall ask once more."""


def plan_after_engagement(services: Services, session: Session, event: ClaimedEvent) -> list[PairPlan]:
    """Who gets the pair of an engagement that came to nothing."""
    push = _accepted(session, EngagementEnded.of(event))
    if push is None:
        return []
    policy = current_policy(session, services)
    pairs = session.scalars(queries.good_pair(push.demand_id, push.achievement_id, policy)).all()
    return plan_pairs(session, services[Recommender], pairs, policy=policy, freed={push.id})


def write_after_engagement(
    services: Services, session: Session, event: ClaimedEvent, plans: list[PairPlan]
) -> None:
    """Push the pair to the next manager, unless its owners settled it or the acceptance was undone."""
    ended = EngagementEnded.of(event)
    push = _accepted(session, ended)
    if push is None:
        return
    push.ended_at = now()
    push.ended_reason = ended.reason
    record_change(session, push)
    session.flush()
    write_pushes(session, plans, policy=current_policy(session, services), follows=push.id)


def _accepted(session: Session, ended: EngagementEnded) -> Push | None:
    """The push that the engagement came from, as long as it holds its place for it."""
    if ended.push_id is None or ended.reason in SETTLED or _an_owner_declined(session, ended.engagement_id):
        return None
    query = select(Push).where(
        Push.id == ended.push_id, Push.state == PushState.ACCEPTED, Push.ended_at.is_(None)
    )
    return session.scalar(query)


def _an_owner_declined(session: Session, engagement_id: UUID) -> bool:
    query = select(Participant.id).where(
        Participant.engagement_id == engagement_id,
        Participant.side.is_not(None),
        Participant.organisation_id.is_not(None),
        Participant.state == ParticipantState.DECLINED,
    )
    return session.scalar(query.limit(1)) is not None
