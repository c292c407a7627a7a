"""Conflicts of interest (利益冲突) between a manager and a pair, from affiliations, families and declarations."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from app.accounts.organisations.groups import Families
from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts

Kind = Literal["affiliation", "co_ownership", "family", "declared", "excluded", "former", "possible"]

POSSIBLE = "possible"
"""The kind of a conflict that exists if two organisations with like names are one, which the bureau has to decide."""

_WORDS: Mapping[Kind, tuple[str, str]] = {
    "affiliation": (
        "技术经理人任职于供需一方，不得推荐",
        "the manager is affiliated with a party of the pair",
    ),
    "co_ownership": (
        "技术经理人任职单位是该成果的共有单位，不得推荐",
        "the manager's organisation is a co-owner of the achievement",
    ),
    "family": (
        "技术经理人任职单位与供需一方同属一个集团，不得推荐",
        "the manager's organisation and a party belong to one group",
    ),
    "declared": (
        "技术经理人已申报与该供需对存在利益关系",
        "the manager declared an interest in this pair",
    ),
    "former": (
        "技术经理人与供需一方的任职或利益关系于 {ended} 结束，{until} 前不得推荐",
        "a tie of the manager to a party of the pair ended on {ended} and remains a conflict until {until}",
    ),
    "possible": (
        "可能存在利益关系：技术经理人任职或申报的单位与供需一方名称相近，经主管部门核实前不得推荐",
        "possible conflict: an organisation that the manager belongs to or declared has a name like that of a party of "
        "the pair; not recommended until the bureau has looked",
    ),
    # Whom a demand excludes is shown to nobody, so this does not say who avoids whom.
    "excluded": (
        "技术经理人任职或申报的单位与供需一方存在回避关系，不得推荐",
        "an organisation that the manager belongs to or declared and a party of the pair avoid each other",
    ),
}


@dataclass(frozen=True, slots=True)
class ConflictOfInterest:
    """Why a manager may not be recommended for a pair. `org` is the party's id; None for a declared record.

    `code` is that of a refusal for this reason.
    """

    kind: Kind
    org: str | None
    zh: str
    en: str

    @property
    def code(self) -> str:
        return "possible_conflict" if self.kind == POSSIBLE else "conflict_of_interest"


def find_conflict_of_interest(
    manager: ManagerFacts,
    demand: DemandFacts,
    achievement: AchievementFacts,
    org_family: Mapping[str, str] | None = None,
) -> ConflictOfInterest | None:
    """The most serious conflict: affiliation with an owner, then with a co-owner (共有单位), then a declared conflict,
    then an affiliation with a member of a party's family, then any tie with an organisation that the demand excludes,
    then a tie to a party that ended within the time of grace, with its dates; at last any of these that would exist if
    two organisations with like names were one.

    `org_family` maps an organisation to its topmost parent; an organisation without an entry is its own family.
    """
    family = org_family or {}
    owners = {org for org in (demand.owner_org, achievement.owner_org, *demand.party_orgs) if org is not None}
    parties = sorted({*owners, *achievement.party_orgs})
    return (
        _post(manager, owners, parties)
        or _declared_tie(manager, demand, achievement, parties, family)
        or _tie_of_family(manager, parties, family)
        or _excluded_tie(manager, demand.excluded_orgs, family)
        or _former_tie(manager, (*parties, demand.id, achievement.id), family)
        or _possible_tie(manager, parties, demand.excluded_orgs, family)
    )


def _post(
    manager: ManagerFacts, owners: Collection[str], parties: Sequence[str]
) -> ConflictOfInterest | None:
    for org in parties:
        if org in owners and org in manager.affiliations:
            return _found("affiliation", org)
    for org in parties:
        if org in manager.affiliations:
            return _found("co_ownership", org)
    return None


def _declared_tie(
    manager: ManagerFacts,
    demand: DemandFacts,
    achievement: AchievementFacts,
    parties: Sequence[str],
    family: Mapping[str, str],
) -> ConflictOfInterest | None:
    declared = _declared_subjects(manager, family)
    if declared & {demand.id, achievement.id}:
        return _found("declared", None)
    for org in parties:
        if declared & {org, family.get(org, org)}:
            return _found("declared", org)
    return None


def _declared_subjects(manager: ManagerFacts, family: Mapping[str, str]) -> set[str]:
    """What the manager declared, and the heads of its families."""
    declared = manager.declared_conflicts
    return {family.get(entry, entry) for entry in declared} | set(declared)


def _tie_of_family(
    manager: ManagerFacts, parties: Sequence[str], family: Mapping[str, str]
) -> ConflictOfInterest | None:
    affiliated = {family.get(org, org) for org in manager.affiliations}
    for org in parties:
        if family.get(org, org) in affiliated:
            return _found("family", org)
    return None


def _excluded_tie(
    manager: ManagerFacts, excluded: Sequence[str], family: Mapping[str, str]
) -> ConflictOfInterest | None:
    tied = _declared_subjects(manager, family) | {
        family.get(subject, subject)
        for subject in (*manager.affiliations, *(tie.subject for tie in manager.ended_ties))
    }
    if any(family.get(org, org) in tied for org in excluded):
        return _found("excluded", None)
    return None


def _possible_tie(
    manager: ManagerFacts, parties: Sequence[str], excluded: Sequence[str], family: Mapping[str, str]
) -> ConflictOfInterest | None:
    """A tie that the names of organisations suggest, as long as the bureau has not decided about them."""
    if not isinstance(family, Families):
        return None
    entered = _entered(manager)
    for org in parties:
        if any(family.maybe_one(org, own) for own in entered):
            return _found("possible", org)
    if any(family.maybe_one(org, own) for org in excluded for own in entered):
        return _found("possible", None)
    return None


def _entered(manager: ManagerFacts) -> list[str]:
    """The organisations, and names of such, to which the manager has or had a tie."""
    return sorted(
        {
            *manager.affiliations,
            *manager.declared_conflicts,
            *(tie.subject for tie in manager.ended_ties),
        }
    )


def like_pairs(
    manager: ManagerFacts, demand: DemandFacts, achievement: AchievementFacts, family: Families
) -> list[tuple[str, str]]:
    """What makes a conflict `POSSIBLE`: each party or excluded organisation with each organisation, or name of one, of
    the manager that it may be."""
    owners = {org for org in (demand.owner_org, achievement.owner_org) if org is not None}
    others = sorted({*owners, *demand.party_orgs, *achievement.party_orgs, *demand.excluded_orgs})
    return [(org, own) for org in others for own in _entered(manager) if family.maybe_one(org, own)]


def _former_tie(
    manager: ManagerFacts, subjects: Sequence[str], family: Mapping[str, str]
) -> ConflictOfInterest | None:
    """The tie to one of the `subjects`, parties and records, that ended and still holds, and holds longest."""
    for tie in sorted(manager.ended_ties, key=lambda tie: tie.holds_until, reverse=True):
        for subject in subjects:
            if family.get(subject, subject) == family.get(tie.subject, tie.subject):
                zh, en = _WORDS["former"]
                dates = {"ended": tie.ended_on.isoformat(), "until": tie.holds_until.isoformat()}
                return ConflictOfInterest("former", subject, zh.format(**dates), en.format(**dates))
    return None


def _found(kind: Kind, org: str | None) -> ConflictOfInterest:
    return ConflictOfInterest(kind, org, *_WORDS[kind])
