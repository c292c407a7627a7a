"""Deals: pairs that a manager is already brokering, or that led to a contract. They are pushed to nobody else."""

from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, exists, or_, select
from sqlalchemy.orm import Session

from app.engagements.contract_models import Contract, ContractState
from app.engagements.models import OPEN_STAGES, Engagement, Stage

_CONCLUDED = (Stage.SIGNED, Stage.LANDED)

# A single acceptance leaves the pair to the other managers who have it: work has begun when somebody was contacted, or
# when both owners have consented.
_IS_RUNNING = or_(
    Engagement.stage.in_([stage for stage in (*OPEN_STAGES, Stage.LANDED) if stage is not Stage.PROPOSED]),
    and_(Engagement.stage == Stage.PROPOSED, Engagement.agreed_at.is_not(None)),
)

_IS_CONFIRMED = or_(
    Contract.state == ContractState.REGISTERED,
    and_(Contract.state == ContractState.SIGNED, Contract.landed_on.is_not(None)),
)


class Deal(StrEnum):
    """How far a pair has come: somebody is brokering it, or a contract is signed or registered."""

    RUNNING = "running"
    CONCLUDED = "concluded"


def pairs_in_deal(
    session: Session, demand_ids: Collection[UUID], achievement_ids: Collection[UUID]
) -> dict[tuple[UUID, UUID], Deal]:
    """The pairs of these demands with these achievements that are in a deal.

    A contract counts without an engagement once the bureau has registered it, or confirmed its landing.
    """
    engagements = session.execute(
        select(Engagement.demand_id, Engagement.achievement_id, Engagement.stage).where(
            Engagement.demand_id.in_(demand_ids), Engagement.achievement_id.in_(achievement_ids), _IS_RUNNING
        )
    ).all()
    contracts = session.execute(
        select(Contract.demand_id, Contract.achievement_id).where(
            Contract.demand_id.in_(demand_ids),
            Contract.achievement_id.in_(achievement_ids),
            _IS_CONFIRMED,
        )
    ).all()
    found = {(demand_id, achievement_id): Deal.RUNNING for demand_id, achievement_id, _ in engagements}
    concluded = {(demand_id, id_) for demand_id, id_, stage in engagements if stage in _CONCLUDED}
    concluded |= {
        (demand_id, id_) for demand_id, id_ in contracts if demand_id is not None and id_ is not None
    }
    return found | dict.fromkeys(concluded, Deal.CONCLUDED)


def is_in_deal(
    demand_id: SQLColumnExpression[UUID], achievement_id: SQLColumnExpression[UUID]
) -> ColumnElement[bool]:
    """The condition that a pair, given by two columns of another table, is in a deal."""
    return or_(
        exists().where(
            Engagement.demand_id == demand_id, Engagement.achievement_id == achievement_id, _IS_RUNNING
        ),
        exists().where(
            Contract.demand_id == demand_id,
            Contract.achievement_id == achievement_id,
            _IS_CONFIRMED,
        ),
    )


def is_known_to_owners(
    demand_id: SQLColumnExpression[UUID], achievement_id: SQLColumnExpression[UUID]
) -> ColumnElement[bool]:
    """The condition that the owners of a pair know more of it than a match: it is in a deal, or a manager has opened an
    engagement, which invites both."""
    open_engagement = exists().where(
        Engagement.demand_id == demand_id,
        Engagement.achievement_id == achievement_id,
        Engagement.stage.in_(OPEN_STAGES),
    )
    return or_(open_engagement, is_in_deal(demand_id, achievement_id))
