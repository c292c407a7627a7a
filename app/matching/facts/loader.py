"""The facts loader: the only way from stored records to the facts that rules about a pair and its managers read.

Code that asks a rule loads here, so that no rule is asked without the credit codes of excluded organisations, the day,
or the families of the organisations.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Role, User
from app.accounts.organisations.groups import Families, family_of
from app.accounts.organisations.lookup import organisations_called
from app.clock import today as today_in_jinan
from app.libraries.achievements.models import Achievement
from app.libraries.demands.exclusions import entered_exclusions
from app.libraries.demands.models import Demand
from app.libraries.demands.service import organisations_of_codes
from app.libraries.managers.models import DEFAULT_GRACE_MONTHS, Manager
from app.matching.facts.from_managers import declared_texts, manager_facts
from app.matching.facts.from_records import achievement_facts, demand_facts
from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """Facts of some records by their ids. `org_family` maps every organisation among them to the head of its family."""

    demands: Mapping[UUID, DemandFacts]
    achievements: Mapping[UUID, AchievementFacts]
    managers: Mapping[UUID, ManagerFacts]
    org_family: Families


def load_rule_facts(
    session: Session,
    *,
    demands: Collection[Demand] = (),
    achievements: Collection[Achievement] = (),
    managers: Collection[Manager] | Mapping[UUID, ManagerFacts] = (),
) -> RuleFacts:
    """Load the facts of these records, and the families of their organisations.

    Args:
        session: reads credit codes and families of organisations.
        demands: with their excluded organisations resolved; names of which nobody is registered stay names.
        achievements: with all co-owners.
        managers: as they are today, or their facts (`load_manager_facts`).
    """
    of_demands = load_demand_facts(session, demands)
    of_achievements = {one.id: achievement_facts(one) for one in achievements}
    of_managers = managers if isinstance(managers, Mapping) else load_manager_facts(session, managers)
    return RuleFacts(
        of_demands,
        of_achievements,
        of_managers,
        family_of(
            session, organisations_in(of_demands.values(), of_achievements.values(), of_managers.values())
        ),
    )


def load_manager_facts(
    session: Session,
    managers: Collection[Manager],
    *,
    open_load: Mapping[UUID, int] | None = None,
    today: date | None = None,
) -> dict[UUID, ManagerFacts]:
    """Manager → their facts.

    Args:
        session: reads the organisations of their accounts and those that they declare.
        managers: with the posts and declarations of `today`.
        open_load: manager → number of open engagements, 0 where left out.
        today: a day in Jinan; the present one by default.
    """
    day = today or today_in_jinan()
    load = open_load or {}
    accounts = _accounts(session, managers)
    called = organisations_called(session, set().union(*map(declared_texts, managers)))
    return {
        one.id: manager_facts(
            one,
            open_load=load.get(one.id, 0),
            today=day,
            registered_with=accounts[one.user_id].organisation_id if one.user_id in accounts else None,
            has_left=one.user_id in accounts and accounts[one.user_id].has_left,
            grace_months=session.info.get("conflict_grace_months", DEFAULT_GRACE_MONTHS),
            called=called,
        )
        for one in managers
    }


@dataclass(frozen=True, slots=True)
class _Account:
    """The account of a manager: its organisation, where operators alone move it, and whether nobody answers there."""

    organisation_id: UUID | None
    has_left: bool


def _accounts(session: Session, managers: Collection[Manager]) -> dict[UUID | None, _Account]:
    """User → account, for the users of these managers."""
    users = {one.user_id for one in managers if one.user_id is not None}
    if not users:
        return {}
    rows = session.execute(
        select(User.id, User.organisation_id, User.active, User.role).where(User.id.in_(users))
    )
    return {
        user_id: _Account(organisation_id, has_left=not active or role != Role.MANAGER)
        for user_id, organisation_id, active, role in rows
    }


def load_demand_facts(session: Session, demands: Collection[Demand]) -> dict[UUID, DemandFacts]:
    """Demand → its facts, for a reader who needs no families."""
    entered = entered_exclusions(session, {one.owner_org_id for one in demands})
    texts = {code for one in demands for code in one.excluded_orgs or ()}.union(*entered.values())
    codes = organisations_of_codes(session, texts)
    return {
        one.id: demand_facts(one, known_codes=codes, entered=entered.get(one.owner_org_id, ()))
        for one in demands
    }


def organisations_in(
    demands: Iterable[DemandFacts], achievements: Iterable[AchievementFacts], managers: Iterable[ManagerFacts]
) -> set[str]:
    """The ids of all organisations that a rule may compare; declared ids of records are among them."""
    found: set[str] = set()
    for demand in demands:
        found.update(demand.party_orgs, demand.excluded_orgs, demand.ever_excluded_orgs)
    for achievement in achievements:
        found.update(achievement.party_orgs)
    for manager in managers:
        found.update(manager.affiliations, manager.registered_affiliations, manager.declared_conflicts)
        found.update(tie.subject for tie in manager.ended_ties)
    return found
