"""The facts that the eligibility rules read. Plain values, no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.libraries.record.enums import RecordState
from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts
from app.pushes.models import PushState
from app.pushes.preferences.service import Preferences


@dataclass(frozen=True, slots=True)
class PairEligibility:
    """A pair as it stands at present; dates are days in Jinan.

    `score` is None where the pair is not ranked (any more); `ranked_fully` says that it would have a score if it were
    a good one: its record was just ranked, and the list was not cut short. `org_family` maps an organisation's id to
    its topmost parent's. `holding` counts the pushes that take one of the pair's `places`. `unwanted` says that one of
    the owners is not interested in the match (see ``owners_word``).
    """

    demand: DemandFacts
    achievement: AchievementFacts
    today: date
    score: float | None
    threshold: float
    demand_state: str = RecordState.PUBLISHED
    achievement_state: str = RecordState.PUBLISHED
    demand_valid_until: date | None = None
    achievement_valid_until: date | None = None
    org_family: Mapping[str, str] = field(default_factory=dict)
    occupied: int = 0
    slots: int = 3
    ranked_fully: bool = False
    owner_refused: bool = False


@dataclass(frozen=True, slots=True)
class RecentPushes:
    """How many pushes a manager was given on this local day, and on the seven days that end with it."""

    day: int = 0
    week: int = 0

    def one_more(self) -> "RecentPushes":
        return RecentPushes(self.day + 1, self.week + 1)


NO_RECENT_PUSHES = RecentPushes()


DEFAULT_PREFERENCES = Preferences()


@dataclass(frozen=True, slots=True)
class PushFacts:
    """A pair with one manager. `earlier` is the state of the push that this manager got for this pair, if any;
    `returns` says that it may come to him again (see ``returning``).

    `trusted` says that the bureau stands for the manager's organisation. Load and capacity stand in `manager` (open
    engagements against how many he takes at once). `waiting` pushes wait for his answer, at most `waiting_per_place`
    for each place he has free. `given` counts against the service's caps `per_day` and `per_week`, or the manager's own
    lower ones.
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
