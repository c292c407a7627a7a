"""Results of matching: plain values, independent of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PairFilter:
    """Filter of a match list: field codes (a first-level code includes its children), region, lowest TRL, languages.

    `modes` are codes of which one is enough. Confidential records do not pass `owner_kinds`. `price_max_wan` limits an
    achievement's price, `budget_min_wan` a demand's budget; a negotiable amount passes. Records in `exclude`, and
    records no longer valid on `valid_on` (default: today), are left out.
    """

    fields: tuple[str, ...] = ()
    region: str | None = None
    min_trl: int | None = None
    languages: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    owner_kinds: tuple[str, ...] = ()
    price_max_wan: Decimal | None = None
    budget_min_wan: Decimal | None = None
    exclude: frozenset[UUID] = frozenset()
    valid_on: date | None = None


@dataclass(frozen=True, slots=True)
class PairMatch:
    """One achievement with one demand. `score` is calibrated, 0–1; `good` means that it reaches the threshold.

    In a match for free text, the side that is not stored has no id. `features` holds the scored values by name.
    """

    demand_id: UUID | None
    achievement_id: UUID | None
    score: float
    good: bool
    reasons: Mapping[str, Any]
    features: Mapping[str, float] = field(default_factory=dict)
    similar: tuple[UUID, ...] = ()
    """Achievements that say the same as this one, and stand behind it."""


@dataclass(frozen=True, slots=True)
class MatchAnswer:
    """A ranked list with its provenance: version of the ranker, index position and time.

    `no_good_match` gives the reason when nothing reaches the threshold. `left_out` counts excluded candidates by hard
    filter. `confidence` (0–1) is the probability that a demand's list holds a relevant achievement; it is None for the
    list of an achievement. `to_add` says what an uncertain demand should add: code, field, and texts in zh and en.
    `excluded` are the demand's clauses that say what is not wanted.
    """

    items: Sequence[PairMatch]
    threshold: float
    model_version: str
    index_position: int
    computed_at: datetime
    no_good_match: Mapping[str, Any] | None = None
    confidence: float | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    to_add: Sequence[Mapping[str, str]] = ()
    excluded: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ManagerRecommendation:
    """A manager for a pair. With a conflict of interest or without a free slot they are shown, but not recommended."""

    manager_id: UUID
    score: float
    recommended: bool
    conflict: Mapping[str, Any] | None
    full: bool
    reasons: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RecommendationReader:
    """What a reader of recommendations knows: the owners of both records, and whom the demand excludes."""

    knows_demand_owner: bool = True
    knows_achievement_owner: bool = True
    knows_exclusions: bool = True
