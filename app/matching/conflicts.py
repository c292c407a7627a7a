"""Conflict of interest of a manager with a pair (利益冲突): found from affiliations, families and declarations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.matching.facts import AchievementFacts, DemandFacts, ManagerFacts


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why a manager may not be recommended for a pair; `org` is the party (an organisation id), None if a record is."""

    kind: Literal["affiliation", "family", "declared"]
    org: str | None
    zh: str
    en: str


def conflict(
    manager: ManagerFacts,
    demand: DemandFacts,
    achievement: AchievementFacts,
    org_family: Mapping[str, str] | None = None,
) -> Conflict | None:
    """The gravest conflict: own affiliation, then a declaration, then an affiliation in a party's family.

    `org_family` maps an organisation to its topmost parent; one that is not in it stands for itself.
    """
    family = org_family or {}
    parties = sorted(
        {*demand.party_orgs, *achievement.party_orgs, *_present(demand.owner_org, achievement.owner_org)}
    )
    for org in parties:
        if org in manager.affiliations:
            return Conflict(
                "affiliation",
                org,
                "技术经理人任职于供需一方，不得推荐",
                "the manager is affiliated with a party of the pair",
            )
    declared = {family.get(entry, entry) for entry in manager.declared_conflicts} | set(
        manager.declared_conflicts
    )
    if declared & {demand.id, achievement.id}:
        return _declared(None)
    for org in parties:
        if declared & {org, family.get(org, org)}:
            return _declared(org)
    affiliated_families = {family.get(org, org) for org in manager.affiliations}
    for org in parties:
        if family.get(org, org) in affiliated_families:
            return Conflict(
                "family",
                org,
                "技术经理人任职单位与供需一方同属一个集团，不得推荐",
                "the manager's organisation and a party belong to one group",
            )
    return None


def _declared(org: str | None) -> Conflict:
    return Conflict(
        "declared",
        org,
        "技术经理人已申报与该供需对存在利益关系",
        "the manager declared an interest in this pair",
    )


def _present(*orgs: str | None) -> tuple[str, ...]:
    return tuple(org for org in orgs if org is not None)
