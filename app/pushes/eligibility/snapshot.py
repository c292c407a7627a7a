"""Snapshots of managers and of pairs: what the rules read, as it was at one moment."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from app.engagements.lifecycle.deals import Deal
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.matching.facts.loader import RuleFacts
from app.matching.facts.models import ManagerFacts
from app.matching.models import Pair
from app.pushes.eligibility.facts import NO_RECENT_PUSHES, PairEligibility, PushFacts, RecentPushes
from app.pushes.eligibility.repush_policy import RepushReason
from app.pushes.models import OCCUPYING, PushState
from app.pushes.policy import PairKey, Policy
from app.pushes.preferences import working_time
from app.pushes.preferences.values import Preferences


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
    facts: RuleFacts
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
        pair = self.pairs.get(key)
        return replace(
            pair_of(self.demands[key[0]], self.achievements[key[1]], self.facts, self.day),
            score=pair.score if pair else None,
            threshold=self.policy.threshold,
            occupied=sum(state in OCCUPYING for state in self.pushes.get(key, {}).values()),
            slots=self.policy.slots_per_pair,
            ranked_fully=self.ranked_fully,
            owner_refused=key in self.owner_refused,
            behind_copy=key in self.behind_copies,
            deal=self.deals.get(key),
        )


def pair_of(demand: Demand, achievement: Achievement, facts: RuleFacts, day: date) -> PairEligibility:
    """What the two records say of a pair, on a local day in Jinan; all else is left at its defaults."""
    return PairEligibility(
        demand=facts.demands[demand.id],
        achievement=facts.achievements[achievement.id],
        today=day,
        demand_state=demand.state,
        achievement_state=achievement.state,
        demand_valid_until=demand.valid_until,
        achievement_valid_until=achievement.valid_until,
        org_family=facts.org_family,
    )
