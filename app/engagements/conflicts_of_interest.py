"""Conflicts of interest (利益冲突) of managers: by affiliation, by organisation family, or as declared."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.principal import SYSTEM
from app.accounts.organisations.groups import Families, family_of
from app.engagements.models import Engagement, Participant, ParticipantSide, ParticipantState
from app.errors import Conflict
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.matching.facts import conflicts_of_interest
from app.matching.facts.constraints import party_violations
from app.matching.facts.hidden_owners import (
    conflict_shown_to_others,
    conflict_with_achievement_side,
    conflict_with_demand_side,
    excluded_by_demand,
    noticeable_conflict,
    noticeable_families,
    noticeable_pair,
)
from app.matching.facts.loader import load_rule_facts, organisations_in
from app.matching.facts.models import AchievementFacts, DemandFacts, ManagerFacts


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
    session: Session, manager: Manager, demand: Demand, achievement: Achievement, *, chosen: bool = False
) -> None:
    """Refuse a manager or a pair by the ties that others may notice; the rest is kept from a hidden owner, see
    `held_sides`. `chosen`: somebody else has chosen the manager, and notices the answer.

    Raises:
        Conflict: the manager's filing is suspended or cancelled, the parties may not be brought together, or the
            manager has a conflict of interest in the pair.
    """
    if manager.is_suspended:
        raise Conflict(
            "The manager's filing is suspended or cancelled.",
            "该技术经理人的备案已暂停或注销。",
            code="manager_suspended",
        )
    facts = load_rule_facts(session, demands=[demand], achievements=[achievement], managers=[manager])
    asked, offered = noticeable_pair(facts.demands[demand.id], facts.achievements[achievement.id])
    families = noticeable_families(asked, offered, facts.org_family)
    for broken in party_violations(asked, offered, families)[:1]:
        raise _refusal(broken.code, f"此供需对不能对接：{broken.zh}", broken.en, asked, offered)
    find = conflict_shown_to_others if chosen else noticeable_conflict
    conflict = find(
        facts.managers[manager.id],
        facts.demands[demand.id],
        facts.achievements[achievement.id],
        facts.org_family,
    )
    if conflict is not None:
        raise _refusal(conflict.code, _said(conflict)[0], conflict.en, asked, offered)


def refuse_conflict_after_agreement(session: Session, manager: Manager, engagement: Engagement) -> None:
    """Refuse a manager by all ties once both owners have consented: the participants know the owners by then.

    Raises:
        Conflict: the manager has a conflict of interest in the pair.
    """
    if engagement.agreed_at is None:
        return
    demand = session.get_one(Demand, engagement.demand_id)
    achievement = session.get_one(Achievement, engagement.achievement_id)
    facts = load_rule_facts(session, demands=[demand], achievements=[achievement], managers=[manager])
    conflict = conflicts_of_interest.find_conflict_of_interest(
        facts.managers[manager.id],
        facts.demands[demand.id],
        facts.achievements[achievement.id],
        facts.org_family,
    )
    if conflict is not None:
        zh, en = _said(conflict)
        raise Conflict(f"{en}.", f"{zh}。", code=conflict.code)


def _said(conflict: conflicts_of_interest.ConflictOfInterest) -> tuple[str, str]:
    if conflict.kind == conflicts_of_interest.POSSIBLE:
        return conflict.zh, conflict.en[0].upper() + conflict.en[1:]
    return f"存在利益冲突：{conflict.zh}", f"Conflict of interest: {conflict.en}"


def refuse_held_side(session: Session, engagement: Engagement, side: str) -> None:
    """
    Raises:
        Conflict: the consent of this side waits for the bureau.
    """
    if ParticipantSide.of(side) in held_sides(session, engagement):
        raise Conflict(
            "The bureau is reviewing this engagement; you can decline it, or consent after the review.",
            "此对接正由主管部门核查；您可以谢绝，或在核查后同意。",
            code="under_review",
        )


def tell_bureau(session: Session, engagement: Engagement) -> None:
    """Write to the audit trail, which only the bureau reads, that sides of the engagement are held."""
    sides = held_sides(session, engagement)
    if sides:
        audit.record(session, SYSTEM, "engagement.under_review", engagement.id, ", ".join(sorted(sides)))


def _refusal(code: str, zh: str, en: str, demand: DemandFacts, achievement: AchievementFacts) -> Conflict:
    """With a hidden owner all reasons are one word."""
    if demand.owner_hidden or achievement.owner_hidden:
        return Conflict(
            "This pair cannot be brokered by this manager.",
            "该技术经理人不能对接此供需对。",
            code="not_eligible",
        )
    return Conflict(f"This pair may not be brokered: {en}.", f"{zh}。", code=code)


def held_sides(session: Session, engagement: Engagement) -> frozenset[ParticipantSide]:
    """The sides of an engagement whose consent waits for the bureau, because a tie exists that nobody else may notice:
    of one of its managers with a hidden side or with an organisation that the demand excludes, or between both sides.

    Each side is judged by its own ties alone, and by those that the other side has entered against it.
    """
    demand = session.get_one(Demand, engagement.demand_id)
    achievement = session.get_one(Achievement, engagement.achievement_id)
    facts = load_rule_facts(
        session,
        demands=[demand],
        achievements=[achievement],
        managers=_present_managers(session, engagement.id),
    )
    asked, offered = facts.demands[demand.id], facts.achievements[achievement.id]
    held = set()
    managers = facts.managers.values()
    if _excludes_anybody(asked, offered, managers, facts.org_family):
        held.add(ParticipantSide.DEMAND)
    if asked.owner_hidden and (
        any(conflict_with_demand_side(one, asked, offered, facts.org_family) for one in managers)
        or party_violations(_against_demand(asked, offered), offered, facts.org_family)
    ):
        held.add(ParticipantSide.DEMAND)
    if offered.owner_hidden and (
        any(conflict_with_achievement_side(one, asked, offered, facts.org_family) for one in managers)
        or party_violations(*_against_achievement(asked, offered), facts.org_family)
    ):
        held.add(ParticipantSide.ACHIEVEMENT)
    return frozenset(held)


def _excludes_anybody(
    demand: DemandFacts, achievement: AchievementFacts, managers: Iterable[ManagerFacts], families: Families
) -> bool:
    """Whether the demand excludes one of the managers, or the achievement's owner if that is known: an organisation
    that the owner excluded since, or that belongs to an excluded group since."""
    exclusions = DemandFacts(id="", excluded_orgs=demand.excluded_orgs)
    return any(excluded_by_demand(one, demand, families) for one in managers) or bool(
        not achievement.owner_hidden and party_violations(exclusions, achievement, families)
    )


def _against_demand(demand: DemandFacts, achievement: AchievementFacts) -> DemandFacts:
    """Its owner would learn from its own exclusions who a hidden owner is."""
    return replace(demand, excluded_orgs=()) if achievement.owner_hidden else demand


def _against_achievement(
    demand: DemandFacts, achievement: AchievementFacts
) -> tuple[DemandFacts, AchievementFacts]:
    """Its owner would learn from its own co-owners who a hidden owner is."""
    if not demand.owner_hidden:
        return demand, achievement
    return replace(demand, owner_org=None, party_orgs=()), achievement


def _present_managers(session: Session, engagement_id: UUID) -> list[Manager]:
    query = (
        select(Manager)
        .join(Participant, Participant.manager_id == Manager.id)
        .where(
            Participant.engagement_id == engagement_id,
            Participant.state.in_((ParticipantState.INVITED, ParticipantState.CONSENTED)),
        )
        .order_by(Manager.id)
    )
    return list(session.scalars(query))
