"""The parties whom a decision about an engagement concerns, and the refusal of an operator with a tie to one."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import User
from app.accounts.organisations.recusal import refuse_tied
from app.engagements.models import Engagement, Participant
from app.engagements.reviews.ties import PRESENT
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand


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
        .where(Participant.engagement_id == engagement.id, Participant.state.in_(PRESENT))
    ).all()
    co_owners = [UUID(str(id_)) for id_ in achievement.co_org_ids or ()]
    owners = [demand.owner_org_id, achievement.owner_org_id, *co_owners]
    refuse_tied(
        session,
        principal,
        organisations=[*owners, *(id_ for _, *ids in people for id_ in ids)],
        managers=[engagement.manager_id, *(row[0] for row in people)],
    )
