"""Rows for statistics, put in the tables as they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation, Role
from app.database import new_id
from app.engagements.models import Engagement, Participant, StageMove
from app.libraries.managers.models import Manager
from app.notifications.models import Delivery, Message
from app.pushes.models import PushAttempt
from tests.conftest import Caller
from tests.engagements.town import LogIn, ok
from tests.pushes.world import World
from tests.support.builders.contracts import make_contract
from tests.support.builders.pushes import make_push

YEAR = {"from": "2026-01-01", "to": "2026-12-31"}
NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
"""12 o'clock in Jinan."""


@dataclass
class City:
    """Rows put in the tables as they are: nothing is embedded, no event is told."""

    world: World
    log_in: LogIn
    bureau: Caller
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 10_000)))

    def session(self) -> Any:
        return self.world.database.unit_of_work()

    def manager(self, owner: UUID | None = None) -> tuple[Caller, UUID]:
        caller = self.log_in(Role.MANAGER, **({"organisation_id": owner} if owner else {}))
        manager_id = self.world.manager(owner=caller.organisation_id)
        with self.session() as session:
            session.get_one(Manager, manager_id).user_id = caller.user_id
        return caller, manager_id

    def demand(self, at: datetime = NOON, **values: Any) -> UUID:
        demand_id = self.world.demand(**{"fields": ["401"]} | values)
        with self.session() as session:
            from app.libraries.demands.models import Demand

            session.get_one(Demand, demand_id).published_at = at
        return demand_id

    def achievement(self, at: datetime = NOON, **values: Any) -> UUID:
        achievement_id = self.world.achievement(**{"fields": ["401"]} | values)
        with self.session() as session:
            from app.libraries.achievements.models import Achievement

            session.get_one(Achievement, achievement_id).published_at = at
        return achievement_id

    def push(self, manager_id: UUID, demand_id: UUID, achievement_id: UUID, **values: Any) -> UUID:
        """With its first round; `outcome`, `reason` and `answered_at` are the round's."""
        of_round = {name: values.pop(name, None) for name in ("outcome", "reason", "answered_at")}
        at = values.pop("at", NOON)
        with self.session() as session:
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

    def engagement(
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
        with self.session() as session:
            row = Engagement(
                number=f"DJ-T-{next(self.numbers)}",
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

    def contract(self, shares: dict[UUID, str] | None = None, **values: Any) -> UUID:
        """`fields`, `kind`, `demand_id`, `buyer_id`, `region` (of a new buyer) besides the builder's."""
        later = {name: values.pop(name) for name in ("fields", "kind", "demand_id") if name in values}
        region, buyer_id = values.pop("region", None), values.pop("buyer_id", None)
        with self.session() as session:
            if buyer_id is not None:
                values["buyer"] = session.get_one(Organisation, buyer_id)
            elif region is not None:
                values["buyer"] = _organisation(session, region)
            row = make_contract(session, shares or {}, **values)
            for name, value in later.items():
                setattr(row, name, value)
            return row.id

    def delivery(self, channel: str, state: str, at: datetime = NOON) -> None:
        with self.session() as session:
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


@pytest.fixture
def city(app: Any, log_in: LogIn) -> City:
    return City(World(app.state.database), log_in, log_in(Role.OPERATOR))


def figure(caller: Any, name: str, **parameters: Any) -> dict[str, Any]:
    answer: dict[str, Any] = ok(caller.get(f"/v1/statistics/{name}", params=YEAR | parameters))
    return answer


def all_rows(caller: Any, link: str, limit: int = 2) -> list[dict[str, Any]]:
    """Over all pages."""
    rows: list[dict[str, Any]] = []
    cursor = None
    while True:
        paging = f"&limit={limit}" + (f"&cursor={cursor}" if cursor else "")
        page = ok(caller.get(link + paging))
        rows += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return rows


@contextmanager
def counted(city: City) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    engine = city.world.database.engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def day(text: str) -> date:
    return date.fromisoformat(text)
