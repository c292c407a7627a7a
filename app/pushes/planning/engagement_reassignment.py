"""An engagement that came to nothing gives its pair back: it goes to the next manager, as after a decline."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import now
from app.engagements.events import ENDED
from app.engagements.models import Participant, ParticipantState
from app.events.outbox import ClaimedEvent, Handler
from app.pushes import queries
from app.pushes.models import Push, PushState
from app.pushes.planning.pair_plan import PairPlan, Recommender
from app.pushes.planning.plan import plan_pairs
from app.pushes.planning.writer import write_pushes
from app.pushes.policy import Policy

SETTLED = frozenset({"undone", "record_unavailable", "technology", "chose_other"})
"""Reasons after which the pair is not passed on: its push waits again, or the pair itself is of no use to its owners,
whom no other manager shall ask once more."""


def passing_on_handlers(recommender: Recommender, policy: Policy) -> Mapping[str, Sequence[Handler]]:
    def plan(session: Session, event: ClaimedEvent) -> list[PairPlan]:
        push = _accepted(session, event)
        if push is None:
            return []
        pairs = session.scalars(queries.good_pair(push.demand_id, push.achievement_id, policy)).all()
        return plan_pairs(session, recommender, pairs, policy=policy, freed={push.id})

    def apply(session: Session, event: ClaimedEvent, plans: list[PairPlan]) -> None:
        push = _accepted(session, event)
        if push is None:
            return
        push.ended_at = now()
        push.ended_reason = event.payload["reason"]
        session.flush()
        write_pushes(session, plans, policy=policy, follows=push.id)

    return {ENDED: (Handler(plan=plan, apply=apply),)}


def _accepted(session: Session, event: ClaimedEvent) -> Push | None:
    """The push that the engagement came from, as long as it holds its place for it."""
    push_id, reason = event.payload["push_id"], event.payload["reason"]
    if (
        push_id is None
        or reason in SETTLED
        or _an_owner_declined(session, UUID(event.payload["engagement_id"]))
    ):
        return None
    query = select(Push).where(
        Push.id == UUID(push_id), Push.state == PushState.ACCEPTED, Push.ended_at.is_(None)
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
