"""Stored pairs that become forbidden without a change of their records: an owner is renamed, merged or taken over."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts.organisations.groups import whole_families
from app.accounts.organisations.merges.decisions import TIES
from app.database import by_id
from app.events.catalogue import OrganisationChanged
from app.events.domain_event import ClaimedEvent
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordState
from app.matching.facts.constraints import party_violations
from app.matching.facts.hidden_owners import pair_as_listed
from app.matching.facts.loader import load_rule_facts
from app.matching.models import Pair
from app.services import Services


def drop_forbidden_pairs(_: Services, session: Session, event: ClaimedEvent) -> None:
    """Delete the pairs that no list would have any more, so that no digest names one of their owners to the other."""
    changed = OrganisationChanged.of(event)
    if TIES.isdisjoint(changed.changed):
        return
    pairs = _pairs_of(session, whole_families(session, [changed.subject_id]).keys())
    demands = by_id(session, Demand, [pair.demand_id for pair in pairs])
    achievements = by_id(session, Achievement, [pair.achievement_id for pair in pairs])
    facts = load_rule_facts(session, demands=[*demands.values()], achievements=[*achievements.values()])
    families = dict(facts.org_family)
    for pair in pairs:
        listed = pair_as_listed(facts.demands[pair.demand_id], facts.achievements[pair.achievement_id])
        if party_violations(*listed, families):
            session.delete(pair)


def _pairs_of(session: Session, organisations: Collection[UUID]) -> list[Pair]:
    """The pairs with one of these organisations on either side, co-owners among them."""
    wanted = {str(id_) for id_ in organisations}
    demands = select(Demand.id).where(Demand.owner_org_id.in_(organisations))
    offered = session.execute(
        select(Achievement.id, Achievement.owner_org_id, Achievement.co_org_ids).where(
            Achievement.state == RecordState.PUBLISHED
        )
    )
    achievements = [
        id_ for id_, owner, others in offered if not wanted.isdisjoint((str(owner), *(others or ())))
    ]
    query = select(Pair).where(or_(Pair.demand_id.in_(demands), Pair.achievement_id.in_(achievements)))
    return list(session.scalars(query.order_by(Pair.demand_id, Pair.achievement_id).with_for_update()))
