"""Conflicts of interest (利益冲突) of managers: by affiliation, by organisation family, or as declared."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.organisations.groups import family_of
from app.clock import local_now
from app.errors import Conflict
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.matching.facts import conflicts_of_interest
from app.matching.facts.from_records import achievement_facts, demand_facts, manager_facts
from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts


def conflict_in_pair(
    session: Session, manager: Manager, demand: Demand, achievement: Achievement
) -> conflicts_of_interest.ConflictOfInterest | None:
    """The manager's conflict of interest in a pair by the rules of matching, from the current rows; None without."""
    facts = manager_facts(manager, today=local_now().date())
    wanted, offered = demand_facts(demand), achievement_facts(achievement)
    family = _family(session, facts, wanted.party_orgs + offered.party_orgs)
    return conflicts_of_interest.find_conflict_of_interest(facts, wanted, offered, family)


def conflict_in_parties(
    session: Session, manager: Manager, organisation_ids: Collection[UUID]
) -> conflicts_of_interest.ConflictOfInterest | None:
    """The manager's conflict of interest with a contract's parties, who need not own the records; None without."""
    facts = manager_facts(manager, today=local_now().date())
    parties = tuple(str(id_) for id_ in organisation_ids)
    family = _family(session, facts, parties)
    # The rules read only the parties, so a pair without texts is enough.
    wanted = DemandFacts(id="", party_orgs=parties)
    return conflicts_of_interest.find_conflict_of_interest(facts, wanted, AchievementFacts(id=""), family)


def refuse_conflict_of_interest(
    session: Session, manager: Manager, demand: Demand, achievement: Achievement
) -> None:
    """
    Raises:
        Conflict: the manager has a conflict of interest in the pair.
    """
    conflict = conflict_in_pair(session, manager, demand, achievement)
    if conflict is not None:
        raise Conflict(
            f"Conflict of interest: {conflict.en}.",
            f"存在利益冲突: {conflict.zh}。",
            code="conflict_of_interest",
        )


def _family(session: Session, manager: ManagerFacts, parties: tuple[str, ...]) -> dict[str, str]:
    return family_of(session, {*parties, *manager.affiliations, *manager.declared_conflicts})
