"""Composing a manager's list: what is new goes first, and no demand, achievement or owner fills it. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DigestCandidate:
    """A push, or one that would be written. `rank_key` orders (higher first, see ``ranking``); `new`: not told of."""

    id: UUID
    demand_id: UUID
    achievement_id: UUID
    owners: frozenset[UUID]
    rank_key: float
    new: bool = True


@dataclass(frozen=True, slots=True)
class VarietyLimits:
    """The most entries in one list of one demand, of one achievement, and of one owner (on whichever side)."""

    per_demand: int = 2
    per_achievement: int = 2
    per_owner: int = 3


@dataclass(frozen=True, slots=True)
class ComposedDigest:
    """The list in its order, and why each other entry is not on it: ``variety_demand``, ``variety_achievement``,
    ``variety_owner`` or ``list_full``."""

    entries: tuple[DigestCandidate, ...]
    left_out: dict[UUID, str]


DEFAULT_VARIETY = VarietyLimits()


def compose(
    entries: Iterable[DigestCandidate], *, size: int, variety: VarietyLimits = DEFAULT_VARIETY
) -> ComposedDigest:
    """The best entries, as many as `size`; each that would break the variety makes room for the next."""
    chosen: list[DigestCandidate] = []
    left_out: dict[UUID, str] = {}
    demands, achievements, owners = Counter[UUID](), Counter[UUID](), Counter[UUID]()
    for entry in sorted(entries, key=lambda one: (not one.new, -one.rank_key, one.id)):
        if len(chosen) >= size:
            left_out[entry.id] = "list_full"
        elif demands[entry.demand_id] >= variety.per_demand:
            left_out[entry.id] = "variety_demand"
        elif achievements[entry.achievement_id] >= variety.per_achievement:
            left_out[entry.id] = "variety_achievement"
        elif any(owners[owner] >= variety.per_owner for owner in entry.owners):
            left_out[entry.id] = "variety_owner"
        else:
            chosen.append(entry)
            demands[entry.demand_id] += 1
            achievements[entry.achievement_id] += 1
            owners.update(entry.owners)
    return ComposedDigest(tuple(chosen), left_out)
