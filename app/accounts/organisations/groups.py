"""Organisation families: an organisation, all that it controls, and whatever is registered as one of them again.

Organisations are the same by a name, a former name or a branch of one (`names.identity_of`); so one that is registered
twice is in one family. Names of organisations for which the bureau vouches (`Organisation.trusted`) connect whatever
they fit. One that users entered connects its own organisation to one other, so that nobody joins two strangers by
registering a third.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.elements import BindParameter

from app.accounts.models import Organisation, OrganisationDecision, OrganisationName
from app.accounts.organisations.likeness import NamedParty, NameRow, parties_of
from app.accounts.organisations.names import NameKind, identity_of
from app.accounts.organisations.resolution import NamedOrganisation, OrganisationGroups, resolve

_CHUNK = 1000  # ids per query, below the parameter limit of both databases


@dataclass(frozen=True, slots=True)
class _Likeness:
    """Names of organisations, and the pairs that the bureau has found to be different. `hidden` is None where all names
    count, or the owners whose own names count besides those that the bureau vouches for."""

    parties: Mapping[str, NamedParty]
    apart: frozenset[frozenset[UUID]]
    hidden: frozenset[str] | None = None

    def maybe_one(self, first: str, second: str) -> bool:
        one, other = self._party(first), self._party(second)
        if one is None or other is None or not one.is_like(other):
            return False
        return one.id is None or other.id is None or frozenset((one.id, other.id)) not in self.apart

    def _party(self, org: str) -> NamedParty | None:
        party = self.parties.get(org)
        if party is None:
            # What is no id is the name of an organisation that is not registered. Who is hidden does not matter to it:
            # what others enter in order to find them out is left out by the rules.
            return None if _is_uuid(org) else NamedParty.called(org)
        if self.hidden is None:
            return party
        return party if party.trusted or org in self.hidden else None


class Families(Mapping[str, str]):
    """Organisation id, or name of one that is not registered → id or name of the head of its family."""

    def __init__(
        self,
        heads: Mapping[str, str],
        vouched: Mapping[str, str],
        own: Mapping[str, str],
        likeness: _Likeness = _Likeness({}, frozenset()),
    ) -> None:
        """`vouched` are the heads by what the bureau knows alone; `own` are, for organisations that it does not know,
        the heads of the families that their own names tell."""
        self._heads, self._vouched, self._own, self._likeness = heads, vouched, own, likeness

    def __getitem__(self, organisation_id: str) -> str:
        return self._heads[organisation_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._heads)

    def __len__(self) -> int:
        return len(self._heads)

    def maybe_one(self, first: str, second: str) -> bool:
        """Whether two organisations, or names of ones that are not registered, of different families may be one, and
        the bureau has not decided (the pairs of `duplicates.likely_duplicates`)."""
        return self._likeness.maybe_one(first, second)

    def towards(self, hidden_owners: Iterable[str | None]) -> "Families":
        """The families as far as others may notice them about hidden owners: names that somebody else enters say
        nothing there, those of the hidden owners themselves do."""
        hidden = frozenset(org for org in hidden_owners if org is not None)
        own = {org: self._own[org] for org in hidden if org in self._own}
        return Families(
            {**self._vouched, **own}, self._vouched, self._own, replace(self._likeness, hidden=hidden)
        )


def whole_families(session: Session, org_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """All members of the families of these organisations → the head of the family (as `families`).

    However many other organisations they are compared with: one that is not in the result belongs to none of these
    families.
    """
    resolution = _resolution(session, org_ids, downwards=True)
    members = {org: resolution.heads[org] for org in resolution.heads}
    wanted = {members.get(org, org) for org in org_ids}
    return {org: head for org, head in members.items() if head in wanted} | {
        org: members.get(org, org) for org in org_ids
    }


def families(session: Session, org_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Each organisation → the head of its family: the topmost one that controls it, or itself if none does or the id
    is unknown."""
    heads = _resolution(session, org_ids).heads
    return {org_id: heads.get(org_id, org_id) for org_id in org_ids}


def family_of(session: Session, organisation_ids: Iterable[str]) -> Families:
    """The families of these organisations. What is no id is the name of one that is not registered; names of one
    identity are one family."""
    texts = set(organisation_ids)
    ids = [UUID(id_) for id_ in texts if _is_uuid(id_)]
    names = _heads_of_names(text for text in texts if not _is_uuid(text))
    read = _read(session, ids, downwards=False)
    parties = read.parties(ids)
    has_names = any(party.names for party in parties.values())
    apart = _told_apart(session) if has_names or read.may_be_one else frozenset()
    found = resolve(read.organisations, apart)
    return Families(
        names | {str(org): str(found.heads.get(org, org)) for org in ids},
        names | {str(org): str(found.vouched.get(org, org)) for org in ids},
        {str(org): str(found.own[org]) for org in ids if org in found.own},
        _Likeness({str(org): party for org, party in parties.items()}, apart),
    )


def _heads_of_names(names: Iterable[str]) -> dict[str, str]:
    """Each name → the first of those that tell the same organisation."""
    heads: dict[str, str] = {}
    return {name: heads.setdefault(identity_of(name).core or name, name) for name in sorted(names)}


def _resolution(
    session: Session, org_ids: Collection[UUID], *, downwards: bool = False
) -> OrganisationGroups:
    read = _read(session, org_ids, downwards=downwards)
    return resolve(read.organisations, _told_apart(session) if read.may_be_one else ())


@dataclass(frozen=True, slots=True)
class _Read:
    """Organisations with all that they may be one with, and the rows of their names."""

    organisations: dict[UUID, NamedOrganisation]
    name_rows: list[NameRow]

    @property
    def may_be_one(self) -> bool:
        return len(self.organisations) > 1 and any(one.names for one in self.organisations.values())

    def parties(self, ids: Iterable[UUID]) -> dict[UUID, NamedParty]:
        """Organisation → its names; one that was merged has those of the organisation that stands for it."""
        found = parties_of(self.name_rows)
        return {one: found.get(found[one].id or one, found[one]) for one in ids if one in found}


def _read(session: Session, org_ids: Collection[UUID], *, downwards: bool) -> _Read:
    """These organisations, those above them, those of the same names, and so on; `downwards` those below, too."""
    read = _Read({}, [])
    asked: set[UUID] = set()
    frontier = set(org_ids)
    while frontier:
        asked |= frontier
        ids = sorted(frontier)
        following: set[UUID] = set()
        for start in range(0, len(ids), _CHUNK):
            rows = session.execute(_organisations(downwards), {"ids": ids[start : start + _CHUNK]})
            for id_, parent, merged, trusted, region, org_kind, core, kind, other in rows:
                following.update(one for one in (id_, parent, merged) if one is not None)
                if id_ not in frontier:
                    continue
                found = read.organisations.setdefault(
                    id_, NamedOrganisation(id_, parent, merged, trusted, [])
                )
                read.name_rows.append((id_, merged, region, org_kind, trusted, core, kind))
                if other is not None:
                    following.add(other)
                    if (entry := (NameKind(kind), core)) not in found.names:
                        found.names.append(entry)
        frontier = following - asked
    return read


@cache
def _organisations(downwards: bool) -> Select[*tuple[Any, ...]]:
    """The organisations of some ids and those merged into them, each with its names, and with the organisations that
    have a name of the same core, themselves among them."""
    wanted = or_(Organisation.id.in_(_ids()), Organisation.merged_into_id.in_(_ids()))
    if downwards:
        wanted = or_(wanted, Organisation.parent_id.in_(_ids()))
    own, others = aliased(OrganisationName), aliased(OrganisationName)
    same = and_(
        others.core == own.core, own.core != "", own.kind != NameKind.SHORT, others.kind != NameKind.SHORT
    )
    return (
        select(
            Organisation.id,
            Organisation.parent_id,
            Organisation.merged_into_id,
            Organisation.trusted,
            Organisation.region,
            Organisation.kind,
            own.core,
            own.kind,
            others.organisation_id,
        )
        .outerjoin(own, own.organisation_id == Organisation.id)
        .outerjoin(others, same)
        .where(wanted)
    )


def _told_apart(session: Session) -> frozenset[frozenset[UUID]]:
    """Pairs that the bureau has found to be different organisations: all, since people decide about each."""
    row = OrganisationDecision
    query = select(row.first_id, row.second_id).where(row.verdict == "different", row.undone_at.is_(None))
    return frozenset(frozenset((first, second)) for first, second in session.execute(query))


def _ids() -> BindParameter[UUID]:
    """The ids of a query that is put together once: families are read with nearly every request."""
    return bindparam("ids", type_=Organisation.id.type, expanding=True)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
