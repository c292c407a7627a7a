"""Presenter of pushes: both records at the reader's view level, read in a fixed number of queries."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
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
from app.libraries.record.models import Record
from app.libraries.summaries import ManagerSummary, RecordSummary, manager_summaries, summariser
from app.matching.near_copies import copies_of_pairs
from app.matching.ranking.explanation import shown
from app.pushes.eligibility.acceptance import LoadedRecords
from app.pushes.inbox.end_reasons import end_of
from app.pushes.inbox.offers import NO_OFFER, Offer, answerable_by, offered_answers
from app.pushes.inbox.repush_explanation import explain_repush
from app.pushes.inbox.undo import undoable
from app.pushes.models import Push
from app.pushes.policy import PairKey, Policy
from app.pushes.schemas import PushRead, PushReasons, WhyAgain

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
    records = LoadedRecords(demands, achievements)
    own = answerable_by(session, pushes, principal) if policy else []
    reader = _Reader(
        records=records,
        summary=summariser(
            session,
            [*demands.values(), *achievements.values()],
            principal=principal,
            opened=opened_records(session, principal),
        ),
        managers=manager_summaries(session, {push.manager_id for push in pushes}),
        engagements=engagements_of_pushes(session, [push.id for push in pushes]),
        copies=copies_of_pairs(session, {push.pair_key for push in pushes}, least=0.0),
        offers=offered_answers(session, own, repush=policy.repush, records=records) if policy else {},
        undoable={push.id for push in undoable(session, own, policy=policy)} if policy else set(),
        sees_everything=principal.sees_everything,
    )
    return [reader.read(push) for push in pushes]


@dataclass(frozen=True, slots=True)
class _Reader:
    """What the reader sees of the pushes of one response."""

    records: LoadedRecords
    summary: Callable[[Record], RecordSummary]
    managers: Mapping[UUID, ManagerSummary]
    engagements: Mapping[UUID, UUID]
    copies: Mapping[PairKey, list[UUID]]
    offers: Mapping[UUID, Offer]
    undoable: Collection[UUID]
    sees_everything: bool

    def read(self, push: Push) -> PushRead:
        records = self.records.demands[push.demand_id], self.records.achievements[push.achievement_id]
        demand, achievement = self.summary(records[0]), self.summary(records[1])
        levels = (demand.view_level or 0, achievement.view_level or 0)
        ended = end_of(push, hidden=self._is_owner_hidden(*records))
        offer = self.offers.get(push.id, NO_OFFER)
        return PushRead(
            **{name: getattr(push, name) for name in _OWN_COLUMNS},
            engagement_id=self.engagements.get(push.id),
            allowed=[*offer.answers, *(["undo"] if push.id in self.undoable else [])],
            not_acceptable=offer.not_acceptable,
            why_again=_why_again(push, (records[0], levels[0]), (records[1], levels[1])),
            ended=ended,
            ended_reason=ended.code if ended else push.ended_reason,
            manager=self.managers[push.manager_id],
            demand=demand,
            achievement=achievement,
            similar=self.copies.get(push.pair_key, []),
            reasons=PushReasons(
                pair=shown(push.reasons.get("pair", {}), *levels), manager=push.reasons.get("manager", {})
            ),
        )

    def _is_owner_hidden(self, demand: Demand, achievement: Achievement) -> bool:
        modes = (demand.publish_mode, achievement.publish_mode)
        return not self.sees_everything and PublishMode.CONFIDENTIAL in modes


def _why_again(
    push: Push, demand: tuple[Demand, int], achievement: tuple[Achievement, int]
) -> WhyAgain | None:
    """Why the pair was pushed once more, for these view levels; None in the first round."""
    repush = push.reasons.get("again")
    return None if repush is None else explain_repush(repush, demand, achievement)


def read_one(session: Session, push: Push, *, principal: Principal, policy: Policy) -> PushRead:
    """The response for one push."""
    return read_many(session, [push], principal=principal, policy=policy)[0]


def engagements_of_pushes(session: Session, push_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Push id → id of the engagement that its acceptance opened."""
    rows = session.execute(select(Engagement.push_id, Engagement.id).where(Engagement.push_id.in_(push_ids)))
    return {push_id: id_ for push_id, id_ in rows if push_id is not None}
