"""What two organisations deal with each other about: its two sides must not become one organisation."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.database import upper_table
from app.errors import Conflict

_CLOSED_CONTRACT = "cancelled"
_CLOSED_STAGES = ("landed", "ended")
_SHOWN = 10


def refuse_dealings(session: Session, one: Organisation, other: Organisation) -> None:
    """
    Raises:
        Conflict: they are buyer and seller of a contract that is not cancelled, or own the two records of an engagement
            that goes on; names the first of these.
    """
    numbers = [
        number for query in _queries(one.id, other.id) for number in session.scalars(query.limit(_SHOWN))
    ][:_SHOWN]
    if numbers:
        raise Conflict(
            f"{one.name} and {other.name} are the two sides of {', '.join(numbers)}. If they are one organisation, "
            "cancel the contracts and end the engagements first.",
            f"“{one.name}”与“{other.name}”分别为{'、'.join(numbers)}的双方；确系同一单位的，请先撤销合同、终止对接。",
            code="both_sides",
            numbers=numbers,
        )


def _queries(one: UUID, other: UUID) -> Iterator[Select[Any]]:
    """Numbers of the contracts, then of the engagements."""
    contract, engagement = upper_table("contracts"), upper_table("engagements")
    demand, achievement = upper_table("demands"), upper_table("achievements")
    yield (
        select(contract.c.number)
        .where(
            contract.c.state != _CLOSED_CONTRACT,
            _between(contract.c.buyer_org_id, contract.c.seller_org_id, one, other),
        )
        .order_by(contract.c.number)
    )
    yield (
        select(engagement.c.number)
        .join(demand, demand.c.id == engagement.c.demand_id)
        .join(achievement, achievement.c.id == engagement.c.achievement_id)
        .where(
            engagement.c.stage.not_in(_CLOSED_STAGES),
            _between(demand.c.owner_org_id, achievement.c.owner_org_id, one, other),
        )
        .order_by(engagement.c.number)
    )


def _between(
    first: ColumnElement[Any], second: ColumnElement[Any], one: UUID, other: UUID
) -> ColumnElement[bool]:
    return or_(and_(first == one, second == other), and_(first == other, second == one))
