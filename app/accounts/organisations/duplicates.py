"""Likely duplicates: organisations that may be one, with what speaks for it, until the bureau has decided."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import Organisation, OrganisationDecision, OrganisationName
from app.accounts.organisations.likeness import (
    SIMILAR,
    SIMILAR_IN_CITY,
    NamedParty,
    forms_of,
    is_part,
    named_parties,
    similarity,
)
from app.accounts.organisations.names import NameKind


class Evidence(StrEnum):
    """What speaks for two organisations being one, the strongest first."""

    SAME_NAME = "same_name"
    FORMER_NAME = "former_name"
    BRANCH = "branch"
    ALIAS = "alias"
    PART = "part"
    SIMILAR_NAME = "similar_name"


EVIDENCE: Mapping[Evidence, tuple[str, str]] = {
    Evidence.SAME_NAME: ("名称相同", "the same name"),
    Evidence.FORMER_NAME: ("曾用名相同", "a former name of one is the other's"),
    Evidence.BRANCH: ("一方为另一方的分支机构", "one is a branch of the other"),
    Evidence.ALIAS: ("简称或其他名称相同", "an alias of one is a name of the other"),
    Evidence.PART: ("一方名称以另一方全称开头", "the name of one begins with that of the other"),
    Evidence.SIMILAR_NAME: ("同一城市名称相近", "similar names in one city"),
}
"""Each in Chinese and English."""


@dataclass(slots=True)
class LikelyDuplicate:
    """Two organisations, the older first. `shared` are the names that both have in common, folded."""

    first: UUID
    second: UUID
    evidence: set[Evidence] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)
    similarity: int = 100

    @property
    def strength(self) -> tuple[int, int]:
        """For sorting: the strongest first."""
        return min(list(Evidence).index(one) for one in self.evidence), -self.similarity


def likely_duplicates(session: Session, of: UUID | None = None) -> list[LikelyDuplicate]:
    """Undecided pairs, the strongest evidence first; `of` one organisation alone."""
    found: dict[tuple[UUID, UUID], LikelyDuplicate] = {}
    _by_names(session, of, found)
    parties = named_parties(session)
    _by_parts(parties, of, found)
    _by_similarity(parties, of, found)
    _by_form(parties, of, found)
    return _undecided(session, found)


def duplicates_by_name(session: Session) -> list[LikelyDuplicate]:
    """Those of the likely duplicates that have a name in common, which are found without comparing all names."""
    found: dict[tuple[UUID, UUID], LikelyDuplicate] = {}
    _by_names(session, None, found)
    return _undecided(session, found)


def _undecided(session: Session, found: Mapping[tuple[UUID, UUID], LikelyDuplicate]) -> list[LikelyDuplicate]:
    ids = {id_ for pair in found for id_ in pair}
    decided = decided_pairs(session, ids)
    related = _related(session, ids)
    open_pairs = [
        one
        for pair, one in found.items()
        if frozenset(pair) not in decided
        # A branch under its parent, or firms of one group with like names, are entered as they are.
        and not (frozenset(pair) in related and Evidence.SAME_NAME not in one.evidence)
    ]
    return sorted(open_pairs, key=lambda one: (one.strength, one.first, one.second))


def decided_pairs(session: Session, ids: Collection[UUID]) -> frozenset[frozenset[UUID]]:
    """Pairs among these organisations that the bureau has decided about, either way."""
    row = OrganisationDecision
    query = select(row.first_id, row.second_id).where(
        row.undone_at.is_(None), row.first_id.in_(ids), row.second_id.in_(ids)
    )
    return frozenset(frozenset((first, second)) for first, second in session.execute(query))


def _pair(
    found: dict[tuple[UUID, UUID], LikelyDuplicate], one: UUID, other: UUID, evidence: Evidence
) -> LikelyDuplicate:
    first, second = sorted((one, other))
    pair = found.setdefault((first, second), LikelyDuplicate(first, second))
    pair.evidence.add(evidence)
    return pair


def _by_names(session: Session, of: UUID | None, found: dict[tuple[UUID, UUID], LikelyDuplicate]) -> None:
    one, other = aliased(OrganisationName), aliased(OrganisationName)
    query = (
        select(one, other)
        .join(other, other.core == one.core)
        .where(one.core != "", one.organisation_id != other.organisation_id, _present(one), _present(other))
    )
    query = query.where(
        one.organisation_id < other.organisation_id
        if of is None
        else or_(one.organisation_id == of, other.organisation_id == of)
    )
    for mine, theirs in session.execute(query):
        evidence = _evidence(mine, theirs)
        _pair(found, mine.organisation_id, theirs.organisation_id, evidence).shared.add(mine.core)


def _present(name: type[OrganisationName]) -> ColumnElement[bool]:
    merged = select(Organisation.id).where(Organisation.merged_into_id.is_not(None))
    return name.organisation_id.not_in(merged)


def _evidence(mine: OrganisationName, theirs: OrganisationName) -> Evidence:
    kinds = {mine.kind, theirs.kind}
    if mine.branch != theirs.branch:
        return Evidence.BRANCH
    if NameKind.SHORT in kinds or NameKind.ALIAS in kinds:
        return Evidence.ALIAS
    return Evidence.FORMER_NAME if NameKind.FORMER in kinds else Evidence.SAME_NAME


def _by_parts(
    parties: Mapping[UUID, NamedParty], of: UUID | None, found: dict[tuple[UUID, UUID], LikelyDuplicate]
) -> None:
    holders: dict[str, set[UUID]] = defaultdict(set)
    for id_, party in parties.items():
        for name in party.identities:
            holders[name].add(id_)
    for id_, party in parties.items():
        for name in party.identities:
            for end in range(1, len(name)):
                if name[:end] in holders and is_part(name[:end], name):
                    for other in holders[name[:end]] - {id_}:
                        if of is None or of in (id_, other):
                            _pair(found, id_, other, Evidence.PART)


def _by_similarity(
    parties: Mapping[UUID, NamedParty], of: UUID | None, found: dict[tuple[UUID, UUID], LikelyDuplicate]
) -> None:
    places: dict[tuple[int, str], dict[UUID, NamedParty]] = defaultdict(dict)
    for id_, party in parties.items():
        places[SIMILAR, party.region][id_] = party
        places[SIMILAR_IN_CITY, party.region[:4]][id_] = party
    for (least, _), members in places.items():
        if of is not None and of not in members:
            continue
        others = {of: members.keys() - {of}} if of is not None else _that_share_rare_parts(members, least)
        for one, candidates in others.items():
            for other in candidates:
                score = _similarity(members[one], members[other])
                if score >= least:
                    pair = _pair(found, one, other, Evidence.SIMILAR_NAME)
                    pair.similarity = score


def _by_form(
    parties: Mapping[UUID, NamedParty], of: UUID | None, found: dict[tuple[UUID, UUID], LikelyDuplicate]
) -> None:
    """Research institutes and names in Latin script beside firms of one city."""
    near = _of_other_form(parties) if of is None else {of: parties.keys() - {of}} if of in parties else {}
    for one, others in near.items():
        for other in others:
            if parties[one].is_near(parties[other]) and parties[one].is_other_form_of(parties[other]):
                pair = _pair(found, one, other, Evidence.SIMILAR_NAME)
                pair.similarity = min(pair.similarity, SIMILAR)


def _of_other_form(parties: Mapping[UUID, NamedParty]) -> dict[UUID, set[UUID]]:
    """Organisation → those of its city that may be it by another kind or script of its name."""
    forms = {id_: forms_of(party.identities, party.region) for id_, party in parties.items()}
    firms: dict[tuple[str, str], set[UUID]] = defaultdict(set)
    for id_, form in forms.items():
        for key in (*form.firms, *form.brands):
            firms[parties[id_].region[:4], key].add(id_)
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for id_, form in forms.items():
        heads = (latin[:length] for latin in form.latin for length in range(1, len(latin) + 1))
        for key in (*form.researched, *heads):
            found[id_] |= firms.get((parties[id_].region[:4], key), set()) - {id_}
    return found


def _similarity(one: NamedParty, other: NamedParty) -> int:
    """Of different names: the same name is the stronger evidence."""
    if not one.names.isdisjoint(other.names):
        return 0
    return max((similarity(mine, theirs) for mine in one.compared for theirs in other.compared), default=0)


def _that_share_rare_parts(members: Mapping[UUID, NamedParty], least: int) -> dict[UUID, set[UUID]]:
    """Organisation → later ones that may have at least this similarity. Similar names share some of their rarest pairs
    of characters: so many, that the letters in which they may differ cannot touch them all."""
    holders: dict[str, set[UUID]] = defaultdict(set)
    for id_, party in members.items():
        for name in party.compared:
            for part in _parts(name):
                holders[part].add(id_)
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for id_, party in members.items():
        for name in party.compared:
            rarest = sorted(_parts(name), key=lambda part: (len(holders[part]), part))
            for part in rarest[: 2 * _most_changes(len(name), least) + 1]:
                found[id_].update(other for other in holders[part] if other > id_)
    return found


def _parts(name: str) -> set[str]:
    """Pairs of characters, and the ends."""
    framed = f"^{name}$"
    return {framed[start : start + 2] for start in range(len(framed) - 1)}


def _most_changes(length: int, least: int) -> int:
    """Characters put in or left out between a name of this length and the longest one that is similar to it."""
    longest = length * (200 - least) // least
    return (100 - least) * (length + longest) // 100


def _related(session: Session, ids: Iterable[UUID]) -> frozenset[frozenset[UUID]]:
    """Pairs of an organisation and its parent, and of sisters."""
    rows = session.execute(
        select(Organisation.id, Organisation.parent_id).where(
            Organisation.id.in_(list(ids)), Organisation.parent_id.is_not(None)
        )
    ).all()
    children: dict[UUID, set[UUID]] = defaultdict(set)
    for id_, parent in rows:
        if parent is not None:
            children[parent].add(id_)
    return frozenset(
        frozenset(pair)
        for parent, below in children.items()
        for pair in combinations(sorted({parent, *below}), 2)
    )
