"""Participants whom the demand excludes (回避单位): managers and investors who come in after the push.

What a demand excludes is shown to nobody. So an investor is invited like any other, and so is a manager where the
demand's owner is hidden: to those who invite them they are somebody who has not answered. Their consent waits for the
bureau, and until then they take no part.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.organisations.groups import Families, family_of
from app.engagements.models import Engagement, Participant, ParticipantRole, ParticipantState
from app.errors import Conflict
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.matching.facts.hidden_owners import as_registered, excluded_by_demand
from app.matching.facts.loader import load_rule_facts, organisations_in


def refuse_excluded(session: Session, engagement: Engagement, participant: Participant) -> None:
    """
    Raises:
        Conflict: the demand excludes the participant's organisation.
    """
    if _is_excluded(session, engagement, participant):
        raise Conflict(
            "The bureau is reviewing this engagement; you can decline it, or consent after the review.",
            "此对接正由主管部门核查；您可以谢绝，或在核查后同意。",
            code="under_review",
        )


def excluded_roles(session: Session, engagement: Engagement) -> list[str]:
    """The roles of present participants whom the demand excludes, for the bureau alone."""
    rows = session.scalars(
        select(Participant).where(
            Participant.engagement_id == engagement.id,
            Participant.side.is_(None),
            Participant.state.in_((ParticipantState.INVITED, ParticipantState.CONSENTED)),
        )
    )
    return sorted({row.role for row in rows if _is_excluded(session, engagement, row)})


def refuse_opening_to_excluded(session: Session, engagement: Engagement, participant: Participant) -> None:
    """For the demand's owner, who knows whom they exclude, but perhaps not that this is one of them.

    Raises:
        Conflict: the demand excludes the participant's organisation.
    """
    if _is_excluded(session, engagement, participant):
        raise Conflict(
            "Your demand excludes this participant's organisation, or its group.",
            "该参与方所在单位属于本需求回避的单位，或与其同属一个集团。",
            code="excluded_org",
        )


def _is_excluded(session: Session, engagement: Engagement, participant: Participant) -> bool:
    demand = session.get_one(Demand, engagement.demand_id)
    if not demand.excluded_orgs:
        return False
    manager = session.get(Manager, participant.manager_id) if participant.manager_id else None
    facts = load_rule_facts(session, demands=[demand], managers=[manager] if manager else [])
    excluding = facts.demands[demand.id]
    if manager is not None:
        return excluded_by_demand(as_registered(facts.managers[manager.id]), excluding, facts.org_family)
    organisation = _organisation_of(session, participant)
    if organisation is None or participant.role != ParticipantRole.INVESTOR:
        return False
    families = family_of(session, {*organisations_in([excluding], [], []), str(organisation)})
    return _is_one_of(str(organisation), excluding.excluded_orgs, families)


def _is_one_of(organisation: str, excluded: Collection[str], families: Families) -> bool:
    own = families.get(organisation, organisation)
    return any(
        own == families.get(other, other) or families.maybe_one(organisation, other) for other in excluded
    )


def _organisation_of(session: Session, participant: Participant) -> UUID | None:
    if participant.user_id is None:
        return participant.organisation_id
    return session.scalar(select(User.organisation_id).where(User.id == participant.user_id))
