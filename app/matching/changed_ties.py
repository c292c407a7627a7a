"""Pairs that become forbidden, or allowed again, because the ties of an organisation have changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Text, cast, or_, select
from sqlalchemy.orm import Session

from app.accounts.organisations.groups import whole_families
from app.accounts.organisations.merges.decisions import TIES
from app.database import by_id, now
from app.events.catalogue import OrganisationChanged, OrganisationToRerank
from app.events.domain_event import ClaimedEvent
from app.events.outbox import Event, emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import PublishMode, RecordState
from app.matching.facts.constraints import party_violations
from app.matching.facts.hidden_owners import pair_as_listed
from app.matching.facts.loader import load_rule_facts
from app.matching.matcher import Matcher
from app.matching.models import Pair
from app.matching.stored_rankings import RERANKED_AT_ONCE, RankedRecord, ranked, store_ranked
from app.services import Services

RERANKED_EVERY = timedelta(hours=1)
"""How often the records of one family are ranked again because its ties change. What a tie forbids goes at once."""
_NAMED_IN_SQL = 50
"""Organisations that are looked for one by one among co-owners; of larger families all co-owned records are read."""


@dataclass(frozen=True, slots=True)
class FamilyRanking:
    """The plan of one batch: published records of one family, by growing id, ranked as its ties are now."""

    organisation_id: UUID
    records: Sequence[tuple[UUID, RankedRecord]]


def drop_forbidden_pairs(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Delete the pairs that no list would have any more, so that no digest names one of their owners to the other; what
    is allowed again is ranked after that."""
    changed = OrganisationChanged.of(event)
    if TIES.isdisjoint(changed.changed):
        return
    _rank_again(session, changed.subject_id)
    pairs = _pairs_of(session, whole_families(session, [changed.subject_id]).keys())
    demands = by_id(session, Demand, [pair.demand_id for pair in pairs])
    achievements = by_id(session, Achievement, [pair.achievement_id for pair in pairs])
    facts = load_rule_facts(session, demands=[*demands.values()], achievements=[*achievements.values()])
    families = dict(facts.org_family)
    for pair in pairs:
        listed = pair_as_listed(facts.demands[pair.demand_id], facts.achievements[pair.achievement_id])
        if party_violations(*listed, families):
            session.delete(pair)


def _rank_again(session: Session, organisation_id: UUID) -> None:
    """Have the family ranked again, once within `RERANKED_EVERY` at most: at once, or when that time is over.

    Changes in between wait for the same ranking, which goes by the ties of its own time. So an organisation that edits
    its names without end makes no work without end.
    """
    row = Event
    query = select(row).where(
        row.subject_id == organisation_id,
        row.name == OrganisationToRerank.name,
        row.dead_at.is_(None),
        or_(row.available_at > now() - RERANKED_EVERY, row.done_at.is_(None)),
    )
    begun = [one for one in session.scalars(query) if one.payload.get("after") is None]
    if any(one.done_at is None and one.lease is None for one in begun):
        return
    due = max((one.available_at + RERANKED_EVERY for one in begun), default=now())
    emit(session, OrganisationToRerank(subject_id=organisation_id), available_at=max(due, now()))


def rank_family_again(services: Services, session: Session, event: ClaimedEvent) -> FamilyRanking:
    """The next batch of the published records of the organisation and its family.

    Those with a hidden owner have lost no pair, and being ranked at this moment would tell whose they are.
    """
    due = OrganisationToRerank.of(event)
    organisations = whole_families(session, [due.subject_id]).keys()
    demands = select(Demand.id).where(Demand.owner_org_id.in_(organisations))
    records: list[Demand | Achievement] = []
    for model, ids in ((Demand, demands), (Achievement, _achievements_of(session, organisations))):
        query = select(model).where(
            model.id.in_(ids),
            model.state == RecordState.PUBLISHED,
            model.publish_mode != PublishMode.CONFIDENTIAL,
        )
        if due.after is not None:
            query = query.where(model.id > due.after)
        records += session.scalars(query.order_by(model.id).limit(RERANKED_AT_ONCE))
    batch = sorted(records, key=lambda record: record.id)[:RERANKED_AT_ONCE]
    matcher = services[Matcher]
    return FamilyRanking(due.subject_id, [(record.id, ranked(session, matcher, record)) for record in batch])


def store_family_again(_: Services, session: Session, __: ClaimedEvent, plan: FamilyRanking) -> None:
    """Store the pairs of the batch, each with `PairsRanked`, and emit `OrganisationToRerank` for the next one."""
    for record_id, one in plan.records:
        store_ranked(session, record_id, one)
    if len(plan.records) == RERANKED_AT_ONCE:
        emit(session, OrganisationToRerank(subject_id=plan.organisation_id, after=plan.records[-1][0]))


def _pairs_of(session: Session, organisations: Collection[UUID]) -> list[Pair]:
    """The pairs with one of these organisations on either side, co-owners among them."""
    demands = select(Demand.id).where(Demand.owner_org_id.in_(organisations))
    achievements = _achievements_of(session, organisations)
    query = select(Pair).where(or_(Pair.demand_id.in_(demands), Pair.achievement_id.in_(achievements)))
    return list(session.scalars(query.order_by(Pair.demand_id, Pair.achievement_id).with_for_update()))


def _achievements_of(session: Session, organisations: Collection[UUID]) -> list[UUID]:
    """The published achievements of these organisations, co-owners among them."""
    wanted = {str(id_) for id_ in organisations}
    co_owners = cast(Achievement.co_org_ids, Text)
    few = len(wanted) <= _NAMED_IN_SQL
    named = or_(*(co_owners.contains(id_) for id_ in sorted(wanted))) if few else co_owners != "[]"
    offered = session.execute(
        select(Achievement.id, Achievement.owner_org_id, Achievement.co_org_ids).where(
            Achievement.state == RecordState.PUBLISHED,
            or_(Achievement.owner_org_id.in_(organisations), named),
        )
    )
    return [id_ for id_, owner, others in offered if not wanted.isdisjoint((str(owner), *(others or ())))]
