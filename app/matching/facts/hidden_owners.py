"""Hidden owners: which ties may decide what others notice, as long as the owner of a confidential record is hidden.

A tie that somebody enters themselves — a declared interest, a post, a co-owner, an excluded organisation — could be
entered for one organisation after another to see where something changes. So the rules whose outcome others notice
count, against a hidden owner, only ties that the bureau or the hidden owner has set. The whole truth is for the bureau,
for the owners themselves, and for what is kept back from the hidden side without a sign (see
``engagements.conflicts_of_interest``).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from app.accounts.organisations.groups import Families as KnownFamilies
from app.matching.facts.conflicts_of_interest import ConflictOfInterest, find_conflict_of_interest
from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts

Pair = tuple[DemandFacts, AchievementFacts]
Side = TypeVar("Side", DemandFacts, AchievementFacts)
Families = Mapping[str, str]


def noticeable_pair(
    demand: DemandFacts, achievement: AchievementFacts, *, with_exclusions: bool = False
) -> Pair:
    """The pair without ties that one owner could enter to find out the other: co-owners of an achievement that meets a
    hidden demand, and organisations that a demand excludes from a hidden achievement.

    `with_exclusions` keeps the latter, for rules whose outcome the demand's owner does not notice: all that they have
    ever entered, so that it does not matter in which demand, nor whether they took it back (`demands.exclusions`).
    """
    if demand.owner_hidden and achievement.owner_org is not None:
        achievement = replace(achievement, party_orgs=(achievement.owner_org,))
    if achievement.owner_hidden:
        demand = replace(demand, excluded_orgs=demand.ever_excluded_orgs if with_exclusions else ())
    return demand, achievement


def pair_as_listed(demand: DemandFacts, achievement: AchievementFacts) -> Pair:
    """The pair without hidden owners, as match lists judge it.

    What a hidden demand excludes is hidden, too, but not from those excluded; anybody can name others as co-owners.
    """
    if demand.owner_hidden:
        own = (achievement.owner_org,) if achievement.owner_org else ()
        demand = replace(demand, owner_org=None, party_orgs=())
        achievement = replace(achievement, party_orgs=own)
    if achievement.owner_hidden:
        achievement = without_owner(achievement)
    return demand, achievement


def noticeable_conflict(
    manager: ManagerFacts, demand: DemandFacts, achievement: AchievementFacts, families: Families
) -> ConflictOfInterest | None:
    """The manager's conflict of interest as far as others may notice it.

    Against a hidden owner only the organisation counts that the manager's account is registered for; so it does against
    exclusions, which a demand never shows.
    """
    shown_demand = without_owner(demand) if demand.owner_hidden else replace(demand, excluded_orgs=())
    shown_achievement = without_owner(achievement) if achievement.owner_hidden else achievement
    entered = find_conflict_of_interest(manager, shown_demand, shown_achievement, families)
    noticeable = noticeable_families(demand, achievement, families)
    return entered or find_conflict_of_interest(as_registered(manager), demand, achievement, noticeable)


def conflict_shown_to_others(
    manager: ManagerFacts, demand: DemandFacts, achievement: AchievementFacts, families: Families
) -> ConflictOfInterest | None:
    """`noticeable_conflict` for somebody who chooses the manager.

    Who invites one manager after another would know a hidden owner by the one who is refused. So nothing counts against
    a hidden owner, not even where the manager's account is registered, nor whom a hidden demand excludes.
    """
    return noticeable_conflict(
        manager,
        without_owner(demand) if demand.owner_hidden else demand,
        without_owner(achievement) if achievement.owner_hidden else achievement,
        families,
    )


def exclusions_of(demand: DemandFacts) -> DemandFacts:
    """The demand as if nothing but what it excludes were known of it."""
    return DemandFacts(id="", excluded_orgs=demand.excluded_orgs)


def as_registered(manager: ManagerFacts) -> ManagerFacts:
    """The manager with the organisation of their account alone, which they do not enter themselves."""
    return replace(
        manager, affiliations=manager.registered_affiliations, declared_conflicts=(), ended_ties=()
    )


def noticeable_families(demand: DemandFacts, achievement: AchievementFacts, families: Families) -> Families:
    """The families without names that somebody could enter for their organisation to find out a hidden owner."""
    hidden = [side.owner_org for side in (demand, achievement) if side.owner_hidden]
    if hidden and isinstance(families, KnownFamilies):
        return families.towards(hidden)
    return families


def without_owner(side: Side) -> Side:
    """The record without its parties and exclusions."""
    if isinstance(side, DemandFacts):
        return replace(side, owner_org=None, party_orgs=(), excluded_orgs=())
    return replace(side, owner_org=None, party_orgs=())
