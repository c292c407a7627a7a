"""Conflicts of interest (利益冲突) of managers, by affiliation, family or as declared; and recusal of operators."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import User
from app.accounts.organisations.groups import family_of
from app.accounts.organisations.recusal import refuse_tied
from app.engagements.models import Engagement, Participant, ParticipantState
from app.errors import Conflict
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.matching.facts import conflicts_of_interest
from app.matching.facts.constraints import party_violations
from app.matching.facts.hidden_owners import (
    conflict_shown_to_others,
    noticeable_conflict,
    noticeable_families,
    noticeable_pair,
)
from app.matching.facts.loader import load_rule_facts, organisations_in
from app.matching.facts.models import AchievementFacts, DemandFacts


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
    `reviews`. `chosen`: somebody else has chosen the manager, and notices the answer.

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


def _refusal(code: str, zh: str, en: str, demand: DemandFacts, achievement: AchievementFacts) -> Conflict:
    """With a hidden owner all reasons are one word."""
    if demand.owner_hidden or achievement.owner_hidden:
        return Conflict(
            "This pair cannot be brokered by this manager.",
            "该技术经理人不能对接此供需对。",
            code="not_eligible",
        )
    return Conflict(f"This pair may not be brokered: {en}.", f"{zh}。", code=code)


def refuse_tied_operator(session: Session, engagement: Engagement, principal: Principal) -> None:
    """Call before an operator decides about the engagement: of its owners and co-owners, and of all who are invited or
    take part.

    Raises:
        Conflict: the principal is an operator with a tie to one of them.
    """
    if not principal.sees_everything:
        return
    demand = session.get_one(Demand, engagement.demand_id)
    achievement = session.get_one(Achievement, engagement.achievement_id)
    people = session.execute(
        select(Participant.manager_id, Participant.organisation_id, User.organisation_id)
        .outerjoin(User, User.id == Participant.user_id)
        .where(
            Participant.engagement_id == engagement.id,
            Participant.state.in_((ParticipantState.INVITED, ParticipantState.CONSENTED)),
        )
    ).all()
    co_owners = [UUID(str(id_)) for id_ in achievement.co_org_ids or ()]
    owners = [demand.owner_org_id, achievement.owner_org_id, *co_owners]
    refuse_tied(
        session,
        principal,
        organisations=[*owners, *(id_ for _, *ids in people for id_ in ids)],
        managers=[engagement.manager_id, *(row[0] for row in people)],
    )
