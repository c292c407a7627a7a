"""A manager's interest in a party (利益冲突), found from the present rows: by post, by group, or as declared."""

from collections.abc import Collection, Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.organisations.groups import families
from app.clock import local_now
from app.errors import Conflict
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.matching.facts import conflicts_of_interest
from app.matching.facts.from_records import achievement_facts, demand_facts, manager_facts
from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts


def interest_in_pair(
    session: Session, manager: Manager, demand: Demand, achievement: Achievement
) -> conflicts_of_interest.ConflictOfInterest | None:
    """What the rules of matching call a conflict of interest, from the rows as they are now."""
    facts = manager_facts(manager, today=local_now().date())
    wanted, offered = demand_facts(demand), achievement_facts(achievement)
    family = _family(session, facts, wanted.party_orgs + offered.party_orgs)
    return conflicts_of_interest.find_conflict_of_interest(facts, wanted, offered, family)


def interest_in_parties(
    session: Session, manager: Manager, organisation_ids: Collection[UUID]
) -> conflicts_of_interest.ConflictOfInterest | None:
    """The same for a contract's parties, who need not be the records' owners."""
    facts = manager_facts(manager, today=local_now().date())
    parties = tuple(str(id_) for id_ in organisation_ids)
    family = _family(session, facts, parties)
    # Parties alone, as a pair without texts: the rules look at nothing else of it.
    wanted = DemandFacts(id="", party_orgs=parties)
    return conflicts_of_interest.find_conflict_of_interest(facts, wanted, AchievementFacts(id=""), family)


def refuse_interest(session: Session, manager: Manager, demand: Demand, achievement: Achievement) -> None:
    """
    Raises:
        Conflict: the manager has an interest in a party of the pair.
    """
    found = interest_in_pair(session, manager, demand, achievement)
    if found is not None:
        raise Conflict(f"{found.en}.", f"{found.zh}。", code="conflict_of_interest")


def family_of(session: Session, organisation_ids: Iterable[str]) -> dict[str, str]:
    """Organisation → the topmost that controls it; what is no organisation's id is left out."""
    known = families(session, [UUID(one) for one in set(organisation_ids) if _is_uuid(one)])
    return {str(org): str(top) for org, top in known.items()}


def _family(session: Session, manager: ManagerFacts, parties: tuple[str, ...]) -> dict[str, str]:
    return family_of(session, {*parties, *manager.affiliations, *manager.declared_conflicts})


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
