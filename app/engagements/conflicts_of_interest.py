"""Conflicts of interest (利益冲突) of managers: by affiliation, by organisation family, or as declared."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.organisations.groups import family_of
from app.errors import Conflict
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.matching.facts import conflicts_of_interest
from app.matching.facts.constraints import Violation, party_violations
from app.matching.facts.loader import load_rule_facts, organisations_in
from app.matching.facts.models import AchievementFacts, DemandFacts


def conflict_in_pair(
    session: Session, manager: Manager, demand: Demand, achievement: Achievement
) -> conflicts_of_interest.ConflictOfInterest | None:
    """The manager's conflict of interest in a pair by the rules of matching, from the current rows; None without."""
    facts = load_rule_facts(session, demands=[demand], achievements=[achievement], managers=[manager])
    return conflicts_of_interest.find_conflict_of_interest(
        facts.managers[manager.id],
        facts.demands[demand.id],
        facts.achievements[achievement.id],
        facts.org_family,
    )


def pair_violations(session: Session, demand: Demand, achievement: Achievement) -> list[Violation]:
    """The rules about the parties that this pair violates: the same owner or group, an excluded organisation."""
    facts = load_rule_facts(session, demands=[demand], achievements=[achievement])
    return party_violations(facts.demands[demand.id], facts.achievements[achievement.id], facts.org_family)


def conflict_in_parties(
    session: Session, manager: Manager, organisation_ids: Collection[UUID]
) -> conflicts_of_interest.ConflictOfInterest | None:
    """The manager's conflict of interest with a contract's parties, who need not own the records; None without."""
    facts = load_rule_facts(session, managers=[manager]).managers[manager.id]
    # The rules read only the parties, so a pair without texts is enough.
    wanted = DemandFacts(id="", party_orgs=tuple(str(id_) for id_ in organisation_ids))
    family = family_of(session, organisations_in([wanted], [], [facts]))
    return conflicts_of_interest.find_conflict_of_interest(facts, wanted, AchievementFacts(id=""), family)


def refuse_forbidden_pair(
    session: Session, manager: Manager, demand: Demand, achievement: Achievement
) -> None:
    """
    Raises:
        Conflict: the parties may not be brought together, or the manager has a conflict of interest in the pair.
    """
    for broken in pair_violations(session, demand, achievement)[:1]:
        raise Conflict(
            f"This pair may not be brokered: {broken.en}.",
            f"此供需对不能对接: {broken.zh}。",
            code=broken.code,
        )
    conflict = conflict_in_pair(session, manager, demand, achievement)
    if conflict is not None:
        raise Conflict(
            f"Conflict of interest: {conflict.en}.",
            f"存在利益冲突: {conflict.zh}。",
            code="conflict_of_interest",
        )
