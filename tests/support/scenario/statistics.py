"""Rows with chosen days, for statistics."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.database import new_id
from app.engagements.models import Engagement, Participant, StageMove
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.notifications.models import Delivery, Message
from app.pushes.models import PushAttempt
from tests.support.builders.contracts import make_contract
from tests.support.builders.pushes import make_push
from tests.support.scenario.records import Records

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
"""12 o'clock in Jinan."""

_numbers = count(1)


class StatisticsRows(Records):
    """Records, pushes, engagements, contracts and deliveries of chosen days."""

    def published_demand(self, at: datetime = NOON, **values: Any) -> UUID:
        demand_id = self.demand(**{"fields": ["401"]} | values)
        with self.database.unit_of_work() as session:
            session.get_one(Demand, demand_id).published_at = at
        return demand_id

    def published_achievement(self, at: datetime = NOON, **values: Any) -> UUID:
        achievement_id = self.achievement(**{"fields": ["401"]} | values)
        with self.database.unit_of_work() as session:
            session.get_one(Achievement, achievement_id).published_at = at
        return achievement_id

    def push_with_attempt(
        self, manager_id: UUID, demand_id: UUID, achievement_id: UUID, **values: Any
    ) -> UUID:
        """With its first round; `outcome`, `reason` and `answered_at` are the round's."""
        of_round = {name: values.pop(name, None) for name in ("outcome", "reason", "answered_at")}
        at = values.pop("at", NOON)
        with self.database.unit_of_work() as session:
            push = make_push(
                session,
                manager_id=manager_id,
                demand_id=demand_id,
                achievement_id=achievement_id,
                pushed_at=at,
                created_at=at,
                **values,
            )
            begun = session.scalars(select(PushAttempt).where(PushAttempt.push_id == push.id)).one()
            for name, value in of_round.items():
                setattr(begun, name, value)
            return push.id

    def engagement_row(
        self,
        manager_id: UUID,
        demand_id: UUID,
        achievement_id: UUID,
        *stages: str,
        at: datetime = NOON,
        each: timedelta = timedelta(days=2),
        reason: str | None = None,
        joined: bool = True,
    ) -> UUID:
        """Through these stages, each so long; the lead takes part."""
        path = ["proposed", *stages]
        with self.database.unit_of_work() as session:
            row = Engagement(
                number=f"DJ-T-{next(_numbers)}",
                demand_id=demand_id,
                achievement_id=achievement_id,
                manager_id=manager_id,
                stage=path[-1],
                ended_reason=reason,
                opened_at=at,
            )
            session.add(row)
            session.flush()
            for place, stage in enumerate(path):
                session.add(
                    StageMove(
                        engagement_id=row.id,
                        from_stage=path[place - 1] if place else None,
                        to_stage=stage,
                        moved_as="manager",
                        moved_at=at + place * each,
                    )
                )
            if joined:
                session.add(
                    Participant(
                        engagement_id=row.id, role="manager", manager_id=manager_id, state="consented"
                    )
                )
            return row.id

    def contract_row(self, shares: dict[UUID, str] | None = None, **values: Any) -> UUID:
        """`fields`, `kind`, `demand_id`, `buyer_id`, `region` (of a new buyer) besides the builder's."""
        later = {name: values.pop(name) for name in ("fields", "kind", "demand_id") if name in values}
        region, buyer_id = values.pop("region", None), values.pop("buyer_id", None)
        with self.database.unit_of_work() as session:
            if buyer_id is not None:
                values["buyer"] = session.get_one(Organisation, buyer_id)
            elif region is not None:
                values["buyer"] = _organisation(session, region)
            row = make_contract(session, shares or {}, **values)
            for name, value in later.items():
                setattr(row, name, value)
            return row.id

    def delivery_row(self, channel: str, state: str, at: datetime = NOON) -> None:
        with self.database.unit_of_work() as session:
            message = Message(kind="push", recipient_kind="manager", recipient_id=new_id(), created_at=at)
            session.add(message)
            session.flush()
            session.add(
                Delivery(
                    message_id=message.id,
                    recipient_id=message.recipient_id,
                    channel=channel,
                    address_id=new_id(),
                    state=state,
                    created_at=at,
                )
            )


def _organisation(session: Session, region: str) -> Organisation:
    row = Organisation(name=f"单位{new_id().hex}", kind="enterprise", region=region)
    session.add(row)
    session.flush()
    return row
