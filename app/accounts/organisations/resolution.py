"""Which organisations are one, or one group, by their names and parents."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from app.accounts.organisations.names import NameKind

_ORDER = (NameKind.NAME, NameKind.FORMER, NameKind.ALIAS)


@dataclass(frozen=True, slots=True)
class NamedOrganisation:
    """`names` are the kinds and cores of its names; `trusted` is whether the bureau vouches for them."""

    id: UUID
    parent_id: UUID | None
    merged_into_id: UUID | None
    trusted: bool
    names: list[tuple[NameKind, str]]


@dataclass(frozen=True, slots=True)
class OrganisationGroups:
    """Organisation → head of its family.

    Attributes:
        heads: by parents and all names.
        vouched: by parents and names that the bureau vouches for.
        own: for organisations that the bureau does not know and whose own names fit one that it knows.
    """

    heads: Mapping[UUID, UUID]
    vouched: Mapping[UUID, UUID]
    own: Mapping[UUID, UUID]


@dataclass(slots=True)
class _Groups:
    """Disjoint sets of organisations."""

    above: dict[UUID, UUID] = field(default_factory=dict)

    def find(self, one: UUID) -> UUID:
        while (up := self.above.get(one, one)) != one:
            self.above[one] = self.above.get(up, up)
            one = up
        return one

    def join(self, first: UUID, second: UUID) -> None:
        first, second = sorted((self.find(first), self.find(second)))
        self.above[second] = first


def resolve(
    organisations: Mapping[UUID, NamedOrganisation], distinct: Iterable[frozenset[UUID]] = ()
) -> OrganisationGroups:
    """`distinct` are pairs of organisations that the bureau has found to be different, whatever their names."""
    apart = frozenset(distinct)
    holders: dict[str, set[UUID]] = defaultdict(set)
    for one in organisations.values():
        for _, core in one.names:
            holders[core].add(one.id)
    groups = _Groups()
    for one in organisations.values():
        for other in (one.parent_id, one.merged_into_id):
            if other is not None and other in organisations:
                groups.join(one.id, other)
    for same in holders.values():
        _join_all([id_ for id_ in sorted(same) if organisations[id_].trusted], groups, apart)
    vouched = _heads(organisations, groups)
    own: dict[UUID, UUID] = {}
    for one in sorted(organisations.values(), key=lambda each: each.id):
        fitting = None if one.trusted else _fitting(one, organisations, holders, apart)
        if fitting is not None:
            groups.join(one.id, fitting)
            if organisations[fitting].trusted:
                own[one.id] = vouched[fitting]
    return OrganisationGroups(_heads(organisations, groups), vouched, own)


def _join_all(same: list[UUID], groups: _Groups, apart: frozenset[frozenset[UUID]]) -> None:
    for index, first in enumerate(same):
        for second in same[index + 1 :]:
            if frozenset((first, second)) not in apart:
                groups.join(first, second)
        if not apart:
            return  # all have been joined to the first


def _fitting(
    one: NamedOrganisation,
    organisations: Mapping[UUID, NamedOrganisation],
    holders: Mapping[str, set[UUID]],
    apart: frozenset[frozenset[UUID]],
) -> UUID | None:
    """The organisation that the first name of `one` to fit any tells; those that the bureau knows come first."""
    for _, core in sorted(one.names, key=lambda entry: (_ORDER.index(entry[0]), entry[1])):
        others = [id_ for id_ in holders[core] if id_ != one.id and frozenset((id_, one.id)) not in apart]
        if others:
            return min(others, key=lambda id_: (not organisations[id_].trusted, id_))
    return None


def _heads(organisations: Mapping[UUID, NamedOrganisation], groups: _Groups) -> dict[UUID, UUID]:
    """The topmost member of each group; of several, one that the bureau knows, then the oldest."""
    best: dict[UUID, tuple[bool, bool, bool, UUID]] = {}
    for one in organisations.values():
        rank = (one.merged_into_id is not None, one.parent_id in organisations, not one.trusted, one.id)
        group = groups.find(one.id)
        best[group] = min(best.get(group, rank), rank)
    return {id_: best[groups.find(id_)][3] for id_ in organisations}
