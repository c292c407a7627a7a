"""The facts that the rules read, loaded from the present rows; under lock where pushes are written afterwards."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.clock import today
from app.database import now
from app.engagements.lifecycle.deals import Deal, pairs_in_deal
from app.engagements.lifecycle.workload import open_engagement_counts
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.libraries.record.models import Record
from app.matching.facts.loader import load_manager_facts, load_rule_facts
from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts
from app.matching.models import Pair
from app.pushes.eligibility.facts import NO_RECENT_PUSHES, PairEligibility, PushFacts, RecentPushes
from app.pushes.eligibility.history import (
    pairs_refused_by_owner,
    pending_by_manager,
    recent_pushes,
    repushable,
    state_for_slots,
)
from app.pushes.eligibility.near_copies import standing_behind
from app.pushes.eligibility.repush_policy import RepushReason
from app.pushes.models import OCCUPYING, Push, PushState
from app.pushes.policy import PairKey, Policy, RepushPolicy
from app.pushes.preferences import working_time
from app.pushes.preferences.service import Preferences, managers_preferences

AnyRecord = TypeVar("AnyRecord", bound=Record)


@dataclass(frozen=True, slots=True)
class LoadedRecords:
    """Records by their ids."""

    demands: Mapping[UUID, Demand]
    achievements: Mapping[UUID, Achievement]


@dataclass(frozen=True)
class ManagersSnapshot:
    """The rows and facts of some managers at one moment."""

    policy: Policy
    moment: datetime
    managers: Mapping[UUID, Manager]
    manager_facts: Mapping[UUID, ManagerFacts]
    trusted: frozenset[UUID]
    preferences: Mapping[UUID, Preferences]
    recent: dict[UUID, RecentPushes]
    pending: Counter[UUID]

    @property
    def day(self) -> date:
        """The local day of the snapshot in Jinan."""
        return working_time.local(self.moment).date()

    def count_push(self, manager_id: UUID) -> None:
        """Count one more pending push of this manager."""
        recent = self.recent.get(manager_id, NO_RECENT_PUSHES)
        self.recent[manager_id] = RecentPushes(recent.day + 1, recent.week + 1)
        self.pending[manager_id] += 1

    def with_pair(
        self,
        pair: PairEligibility,
        manager_id: UUID,
        *,
        earlier: PushState | None = None,
        may_repush: bool = False,
    ) -> PushFacts:
        """The facts of a pair with one of these managers."""
        manager = self.managers[manager_id]
        return PushFacts(
            pair=pair,
            manager=self.manager_facts[manager_id],
            manager_state=manager.state,
            manager_valid_until=manager.valid_until,
            accepts_pushes=manager.accepts_pushes,
            trusted=manager.owner_org_id in self.trusted,
            earlier=earlier,
            may_repush=may_repush,
            preferences=self.preferences[manager_id],
            recent=self.recent.get(manager_id, NO_RECENT_PUSHES),
            per_day=self.policy.per_day,
            per_week=self.policy.per_week,
            pending=self.pending[manager_id],
            pending_per_slot=self.policy.pending_per_slot,
        )


@dataclass(frozen=True)
class EligibilitySnapshot(ManagersSnapshot):
    """The rows and facts of some pairs and managers at one moment, each read once.

    `recent`, `pending` and `pushes` are mutable: code that writes or plans several pushes counts each of them here.
    """

    demands: Mapping[UUID, Demand]
    achievements: Mapping[UUID, Achievement]
    pairs: Mapping[PairKey, Pair]
    pushes: dict[PairKey, dict[UUID, PushState]]
    demand_facts: Mapping[UUID, DemandFacts]
    achievement_facts: Mapping[UUID, AchievementFacts]
    org_family: Mapping[str, str]
    ranked_fully: bool
    repush_reasons: Mapping[tuple[PairKey, UUID], RepushReason]
    owner_refused: frozenset[PairKey]
    behind_copies: frozenset[PairKey]
    deals: Mapping[PairKey, Deal]

    def of(self, key: PairKey, manager_id: UUID) -> PushFacts:
        return self.with_pair(
            self.of_pair(key),
            manager_id,
            earlier=self.pushes.get(key, {}).get(manager_id),
            may_repush=(key, manager_id) in self.repush_reasons,
        )

    def of_pair(self, key: PairKey) -> PairEligibility:
        """The facts of a pair, whose records must have been loaded."""
        demand, achievement = self.demands[key[0]], self.achievements[key[1]]
        pair = self.pairs.get(key)
        return PairEligibility(
            demand=self.demand_facts[demand.id],
            achievement=self.achievement_facts[achievement.id],
            today=self.day,
            score=pair.score if pair else None,
            threshold=self.policy.threshold,
            demand_state=demand.state,
            achievement_state=achievement.state,
            demand_valid_until=demand.valid_until,
            achievement_valid_until=achievement.valid_until,
            org_family=self.org_family,
            occupied=sum(state in OCCUPYING for state in self.pushes.get(key, {}).values()),
            slots=self.policy.slots_per_pair,
            ranked_fully=self.ranked_fully,
            owner_refused=key in self.owner_refused,
            behind_copy=key in self.behind_copies,
            deal=self.deals.get(key),
        )


def load_managers(
    session: Session, manager_ids: Collection[UUID], *, policy: Policy, lock: bool = False
) -> ManagersSnapshot:
    """With `lock` the managers' rows stay as they are until the transaction ends."""
    managers = _rows(session, Manager, set(manager_ids), lock)
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
    demands = _rows(session, Demand, demand_ids, lock)
    achievements = _rows(session, Achievement, achievement_ids, lock)
    managers = load_managers(session, manager_ids, policy=policy, lock=lock)
    ranked = _pairs(session, demand_ids, achievement_ids)
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
        pushes=_pushes(session, demand_ids, achievement_ids),
        demand_facts=facts.demands,
        achievement_facts=facts.achievements,
        org_family=facts.org_family,
        ranked_fully=ranked_fully,
        repush_reasons=repushable(session, ranked, policy.repush),
        owner_refused=pairs_refused_by_owner(session, pairs, policy.repush, scores=lambda: _scores(ranked)),
        behind_copies=standing_behind(session, pairs, policy),
        deals=pairs_in_deal(session, demand_ids, achievement_ids),
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
    pair = PairEligibility(
        demand=facts.demands[demand.id],
        achievement=facts.achievements[achievement.id],
        today=managers.day,
        score=score,
        threshold=policy.threshold,
        demand_state=demand.state,
        achievement_state=achievement.state,
        demand_valid_until=demand.valid_until,
        achievement_valid_until=achievement.valid_until,
        org_family=facts.org_family,
    )
    return {id_: managers.with_pair(pair, id_) for id_ in managers.managers}


def load_acceptance_facts(
    session: Session,
    wanted: Collection[tuple[PairKey, UUID]],
    *,
    repush: RepushPolicy,
    records: LoadedRecords | None = None,
    lock: bool = False,
) -> dict[tuple[PairKey, UUID], PushFacts]:
    """What `acceptance_violations` reads about these pairs with these managers; with `lock`, under the locks of
    `load_snapshot` and in their order.

    The facts that only other rules read are left at their defaults. `records` are the pairs' own, if the caller, who
    wants no lock, has read them already.
    """
    keys = {key for key, _ in wanted}
    if records is None:
        records = LoadedRecords(
            _rows(session, Demand, {key[0] for key in keys}, lock),
            _rows(session, Achievement, {key[1] for key in keys}, lock),
        )
    demands = {id_: records.demands[id_] for id_, _ in keys}
    achievements = {id_: records.achievements[id_] for _, id_ in keys}
    managers = _rows(session, Manager, {manager_id for _, manager_id in wanted}, lock)
    day = today()
    facts = load_rule_facts(
        session,
        demands=demands.values(),
        achievements=achievements.values(),
        managers=load_manager_facts(
            session, managers.values(), open_load=open_engagement_counts(session, managers), today=day
        ),
    )
    refused = pairs_refused_by_owner(
        session, keys, repush, scores=lambda: _scores(_pairs(session, set(demands), set(achievements)))
    )
    deals = pairs_in_deal(session, set(demands), set(achievements))
    pairs = {
        key: PairEligibility(
            demand=facts.demands[key[0]],
            achievement=facts.achievements[key[1]],
            today=day,
            demand_state=demands[key[0]].state,
            achievement_state=achievements[key[1]].state,
            demand_valid_until=demands[key[0]].valid_until,
            achievement_valid_until=achievements[key[1]].valid_until,
            org_family=facts.org_family,
            owner_refused=key in refused,
            deal=deals.get(key),
        )
        for key in keys
    }
    return {
        (key, manager_id): PushFacts(
            pair=pairs[key],
            manager=facts.managers[manager_id],
            manager_state=managers[manager_id].state,
            manager_valid_until=managers[manager_id].valid_until,
        )
        for key, manager_id in wanted
    }


def _rows(session: Session, model: type[AnyRecord], ids: set[UUID], lock: bool) -> dict[UUID, AnyRecord]:
    if not ids:
        return {}
    query = select(model).where(model.id.in_(ids)).order_by(model.id)
    if lock:
        # key_share: inserting a push takes a key-share lock on these rows, which this lock should not block.
        query = query.with_for_update(key_share=True, of=model).execution_options(populate_existing=True)
    return {row.id: row for row in session.scalars(query)}


def _pairs(session: Session, demands: set[UUID], achievements: set[UUID]) -> dict[PairKey, Pair]:
    query = select(Pair).where(Pair.demand_id.in_(demands), Pair.achievement_id.in_(achievements))
    return {(pair.demand_id, pair.achievement_id): pair for pair in session.scalars(query)}


def _scores(ranked: Mapping[PairKey, Pair]) -> dict[PairKey, float]:
    return {key: pair.score for key, pair in ranked.items()}


def _pushes(
    session: Session, demands: set[UUID], achievements: set[UUID]
) -> dict[PairKey, dict[UUID, PushState]]:
    states: dict[PairKey, dict[UUID, PushState]] = {}
    rows = session.execute(
        select(Push.demand_id, Push.achievement_id, Push.manager_id, state_for_slots()).where(
            Push.demand_id.in_(demands), Push.achievement_id.in_(achievements)
        )
    )
    for demand_id, achievement_id, manager_id, state in rows:
        states.setdefault((demand_id, achievement_id), {})[manager_id] = PushState(state)
    return states


def _trusted(session: Session, organisation_ids: Collection[UUID]) -> frozenset[UUID]:
    query = select(Organisation.id).where(Organisation.id.in_(organisation_ids), Organisation.trusted)
    return frozenset(session.scalars(query))
