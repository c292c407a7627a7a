"""Snapshots of managers and of pairs, loaded from the present rows; under lock where pushes are written afterwards."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.database import now
from app.engagements.lifecycle.deals import pairs_in_deal
from app.engagements.lifecycle.workload import open_engagement_counts
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.matching.facts.loader import load_manager_facts, load_rule_facts
from app.pushes.eligibility.facts import PushFacts
from app.pushes.eligibility.history import pending_by_manager, recent_pushes, repushable
from app.pushes.eligibility.near_copies import standing_behind
from app.pushes.eligibility.owner_refusals import pairs_refused_by_owner
from app.pushes.eligibility.rows import pairs_by_key, push_states, rows_by_id, scores_of
from app.pushes.eligibility.snapshot import EligibilitySnapshot, ManagersSnapshot, pair_of
from app.pushes.models import Push
from app.pushes.policy import PairKey, Policy
from app.pushes.preferences import working_time
from app.pushes.preferences.service import managers_preferences


def load_managers(
    session: Session, manager_ids: Collection[UUID], *, policy: Policy, lock: bool = False
) -> ManagersSnapshot:
    """With `lock` the managers' rows stay as they are until the transaction ends."""
    managers = rows_by_id(session, Manager, set(manager_ids), lock)
    load = open_engagement_counts(session, manager_ids)
    moment = now()  # under lock: all other pushes to these managers are counted below
    day = working_time.local(moment).date()
    return ManagersSnapshot(
        policy=policy,
        moment=moment,
        managers=managers,
        manager_facts=load_manager_facts(session, managers.values(), open_load=load, today=day),
        trusted=_trusted(session, {manager.owner_org_id for manager in managers.values()}),
        preferences=managers_preferences(session, managers.keys()),
        recent=recent_pushes(session, managers.keys(), day),
        pending=pending_by_manager(session, managers.keys()),
    )


def load_snapshot(
    session: Session,
    *,
    policy: Policy,
    pairs: Collection[PairKey],
    manager_ids: Collection[UUID],
    lock: bool = False,
    ranked_fully: bool = False,
) -> EligibilitySnapshot:
    """Load the facts of every given pair with every given manager; for `ranked_fully` see `PairEligibility`.

    With `lock` the rows stay as they are until the transaction ends. All code locks demands, achievements, managers and
    then pushes, each by ascending id, so that transactions never deadlock.
    """
    demand_ids, achievement_ids = {key[0] for key in pairs}, {key[1] for key in pairs}
    demands = rows_by_id(session, Demand, demand_ids, lock)
    achievements = rows_by_id(session, Achievement, achievement_ids, lock)
    managers = load_managers(session, manager_ids, policy=policy, lock=lock)
    ranked = pairs_by_key(session, demand_ids, achievement_ids)
    facts = load_rule_facts(
        session,
        demands=demands.values(),
        achievements=achievements.values(),
        managers=managers.manager_facts,
    )
    return EligibilitySnapshot(
        **vars(managers),
        demands=demands,
        achievements=achievements,
        pairs=ranked,
        pushes=push_states(session, demand_ids, achievement_ids),
        facts=facts,
        ranked_fully=ranked_fully,
        repush_reasons=repushable(session, ranked, policy.repush),
        owner_refused=pairs_refused_by_owner(session, pairs, policy.repush, scores=lambda: scores_of(ranked)),
        behind_copies=standing_behind(session, pairs, policy),
        deals=pairs_in_deal(session, demand_ids, achievement_ids),
    )


def lock_snapshot_of(
    session: Session, push_ids: Collection[UUID], *, policy: Policy, ranked_fully: bool = False
) -> EligibilitySnapshot | None:
    """`load_snapshot`, with lock, of the pairs and managers of these pushes; None if there is no such push."""
    refs = session.execute(
        select(Push.demand_id, Push.achievement_id, Push.manager_id).where(Push.id.in_(push_ids))
    ).all()
    if not refs:
        return None
    return load_snapshot(
        session,
        policy=policy,
        pairs={(ref.demand_id, ref.achievement_id) for ref in refs},
        manager_ids={ref.manager_id for ref in refs},
        lock=True,
        ranked_fully=ranked_fully,
    )


def load_planning_facts(
    session: Session,
    demand: Demand,
    achievement: Achievement,
    manager_ids: Collection[UUID],
    *,
    score: float,
    policy: Policy,
) -> dict[UUID, PushFacts]:
    """Manager → what `planning_violations` reads about this pair of theirs. Read without a lock."""
    managers = load_managers(session, manager_ids, policy=policy)
    facts = load_rule_facts(
        session,
        demands=[demand],
        achievements=[achievement],
        managers=managers.manager_facts,
    )
    pair = replace(pair_of(demand, achievement, facts, managers.day), score=score, threshold=policy.threshold)
    return {id_: managers.with_pair(pair, id_) for id_ in managers.managers}


def _trusted(session: Session, organisation_ids: Collection[UUID]) -> frozenset[UUID]:
    query = select(Organisation.id).where(Organisation.id.in_(organisation_ids), Organisation.trusted)
    return frozenset(session.scalars(query))
