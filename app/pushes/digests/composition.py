"""Composition of a manager's digest: new pushes first, with limits per demand, achievement and owner. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DigestCandidate:
    """A push, or one that would be written.

    `rank_key` orders candidates, higher first (see ``planning.writer``). `new` means that the manager has not been
    notified of it. `score` is the pair's, 0–1, by which readers see the list ordered.
    """

    id: UUID
    demand_id: UUID
    achievement_id: UUID
    owners: frozenset[UUID]
    rank_key: float
    new: bool = True
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class VarietyLimits:
    """The maximum number of entries in one digest per demand, per achievement, and per owner (of either side)."""

    per_demand: int = 2
    per_achievement: int = 2
    per_owner: int = 3


@dataclass(frozen=True, slots=True)
class ComposedDigest:
    """The chosen entries, new ones first, and why each other candidate was left out: ``variety_demand``,
    ``variety_achievement``, ``variety_owner`` or ``list_full``."""

    entries: tuple[DigestCandidate, ...]
    left_out: dict[UUID, str]

    def in_order(self) -> list[DigestCandidate]:
        """The entries as readers see them: from the highest score to the lowest, as each list says of itself."""
        return sorted(self.entries, key=lambda entry: (-entry.score, -entry.rank_key, entry.id))


DEFAULT_VARIETY = VarietyLimits()


def compose(
    entries: Iterable[DigestCandidate], *, size: int, variety: VarietyLimits = DEFAULT_VARIETY
) -> ComposedDigest:
    """The best entries, at most `size`. An entry that would exceed a limit of `variety` gives way to the next."""
    chosen: list[DigestCandidate] = []
    left_out: dict[UUID, str] = {}
    demands, achievements, owners = Counter[UUID](), Counter[UUID](), Counter[UUID]()
    for entry in sorted(entries, key=lambda entry: (not entry.new, -entry.rank_key, entry.id)):
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
