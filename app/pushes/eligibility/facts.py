"""The facts that the eligibility rules read: plain values, without a database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.engagements.lifecycle.deals import Deal
from app.libraries.record.enums import RecordState
from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts
from app.pushes.models import PushState
from app.pushes.preferences.values import Preferences


@dataclass(frozen=True, slots=True)
class PairEligibility:
    """The present facts of a pair; dates are days in Jinan.

    `score` (0–1) is None if the pair is not ranked, or no longer. `ranked_fully` means that a good pair would have a
    score: its record was just ranked, and the list was not cut short. `org_family` maps the id of an organisation to
    that of its topmost parent. `occupied` counts the pushes that occupy one of the pair's `slots`. `owner_refused`
    means that one of the owners is not interested in the match (see `pairs_refused_by_owner`); `behind_copy` that
    a pair of the same demand with a near-copy of the achievement comes first; `deal` that the pair is being brokered
    already, or has led to a contract.
    """

    demand: DemandFacts
    achievement: AchievementFacts
    today: date
    score: float | None = None
    threshold: float = 0.0
    demand_state: str = RecordState.PUBLISHED
    achievement_state: str = RecordState.PUBLISHED
    demand_valid_until: date | None = None
    achievement_valid_until: date | None = None
    org_family: Mapping[str, str] = field(default_factory=dict)
    occupied: int = 0
    slots: int = 3
    ranked_fully: bool = False
    owner_refused: bool = False
    behind_copy: bool = False
    deal: Deal | None = None


@dataclass(frozen=True, slots=True)
class RecentPushes:
    """How many pushes a manager received on a local day, and in the seven days that end with it."""

    day: int = 0
    week: int = 0


NO_RECENT_PUSHES = RecentPushes()


DEFAULT_PREFERENCES = Preferences()


@dataclass(frozen=True, slots=True)
class PushFacts:
    """The present facts of a pair with one manager.

    `earlier` is the state of this manager's push of the pair, if there was one; `may_repush` means that the pair may be
    pushed to them again (see ``repush_policy``). `trusted` means that the bureau has verified the manager's
    organisation. `manager` holds the open engagements and the capacity. `pending` counts the manager's pending pushes,
    of which `pending_per_slot` are allowed for each free slot. `recent` counts against the caps `per_day` and
    `per_week`, or against lower ones of the manager.
    """

    pair: PairEligibility
    manager: ManagerFacts
    manager_state: str = RecordState.PUBLISHED
    manager_valid_until: date | None = None
    accepts_pushes: bool = True
    trusted: bool = True
    earlier: PushState | None = None
    may_repush: bool = False
    preferences: Preferences = DEFAULT_PREFERENCES
    recent: RecentPushes = NO_RECENT_PUSHES
    per_day: int = 1000
    per_week: int = 5000
    pending: int = 0
    pending_per_slot: int = 100
