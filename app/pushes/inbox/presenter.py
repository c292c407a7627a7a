"""Presenter of pushes: both records at the reader's view level, read in a fixed number of queries."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.database import by_id
from app.engagements.contact_visibility import opened_records
from app.engagements.models import Engagement
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import PublishMode
from app.libraries.summaries import manager_summaries, summariser
from app.matching.near_copies import copies_of_pairs
from app.matching.ranking.explanation import shown
from app.pushes.eligibility.acceptance import LoadedRecords
from app.pushes.inbox.end_reasons import end_of
from app.pushes.inbox.repush_explanation import explain_repush
from app.pushes.inbox.service import NO_OFFER, answerable_by, offered_answers
from app.pushes.inbox.undo import undoable
from app.pushes.models import Push
from app.pushes.policy import Policy
from app.pushes.schemas import PushRead, PushReasons

_OWN_COLUMNS = PushRead.model_fields.keys() - {
    "allowed",
    "not_acceptable",
    "manager",
    "demand",
    "achievement",
    "similar",
    "reasons",
    "why_again",
    "engagement_id",
    "ended",
    "ended_reason",
}


def read_many(
    session: Session, pushes: Sequence[Push], *, principal: Principal, policy: Policy | None
) -> list[PushRead]:
    """The responses for these pushes, in their order. The number of queries does not depend on the number of pushes.

    Without a policy no answer is offered: a message is read later than it is written.
    """
    if not pushes:
        return []
    demands = by_id(session, Demand, [push.demand_id for push in pushes])
    achievements = by_id(session, Achievement, [push.achievement_id for push in pushes])
    summary = summariser(
        session,
        [*demands.values(), *achievements.values()],
        principal=principal,
        opened=opened_records(session, principal),
    )
    managers = manager_summaries(session, {push.manager_id for push in pushes})
    engagements = engagements_of_pushes(session, [push.id for push in pushes])
    copies = copies_of_pairs(session, {(push.demand_id, push.achievement_id) for push in pushes}, least=0.0)
    own = answerable_by(session, pushes, principal) if policy else []
    records = LoadedRecords(demands, achievements)
    offers = offered_answers(session, own, repush=policy.repush, records=records) if policy else {}
    to_undo = {push.id for push in undoable(session, own, policy=policy)} if policy else set()

    def read(push: Push) -> PushRead:
        demand, achievement = summary(demands[push.demand_id]), summary(achievements[push.achievement_id])
        levels = (demand.view_level or 0, achievement.view_level or 0)
        repush = push.reasons.get("again")
        hidden = not principal.sees_everything and PublishMode.CONFIDENTIAL in (
            demands[push.demand_id].publish_mode,
            achievements[push.achievement_id].publish_mode,
        )
        ended = end_of(push, hidden=hidden)
        offer = offers.get(push.id, NO_OFFER)
        return PushRead(
            **{name: getattr(push, name) for name in _OWN_COLUMNS},
            engagement_id=engagements.get(push.id),
            allowed=[*offer.answers, *(["undo"] if push.id in to_undo else [])],
            not_acceptable=offer.not_acceptable,
            why_again=None
            if repush is None
            else explain_repush(
                repush,
                (demands[push.demand_id], levels[0]),
                (achievements[push.achievement_id], levels[1]),
            ),
            ended=ended,
            ended_reason=ended.code if ended else push.ended_reason,
            manager=managers[push.manager_id],
            demand=demand,
            achievement=achievement,
            similar=copies.get((push.demand_id, push.achievement_id), []),
            reasons=PushReasons(
                pair=shown(push.reasons.get("pair", {}), *levels), manager=push.reasons.get("manager", {})
            ),
        )

    return [read(push) for push in pushes]


def read_one(session: Session, push: Push, *, principal: Principal, policy: Policy) -> PushRead:
    """The response for one push."""
    return read_many(session, [push], principal=principal, policy=policy)[0]


def engagements_of_pushes(session: Session, push_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Push id → id of the engagement that its acceptance opened."""
    rows = session.execute(select(Engagement.push_id, Engagement.id).where(Engagement.push_id.in_(push_ids)))
    return {push_id: id_ for push_id, id_ in rows if push_id is not None}
