"""Pushes as answers: both records shown as far as the reader may see them, all read in a few queries."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.accounts.principal import Principal
from app.db import now
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.kinds import RecordState
from app.libraries.managers.models import Manager
from app.libraries.record import Record
from app.libraries.visibility import present
from app.matching.evidence import shown
from app.pushes.inbox import allowed_answers, assigned_records
from app.pushes.models import Push
from app.pushes.schemas import ManagerSummary, PushRead, PushReasons, RecordSummary

TEXT_SHOWN = 300
"""Characters of the main text: enough to decide whether to open the record itself."""

_MAIN_TEXT = {"demand": "main_problem", "achievement": "summary"}
_OWN_COLUMNS = PushRead.model_fields.keys() - {"allowed", "manager", "demand", "achievement", "reasons"}


def read_many(session: Session, pushes: Sequence[Push], *, principal: Principal) -> list[PushRead]:
    """In the order given; the number of queries does not grow with the number of pushes."""
    demands = _by_id(session, Demand, [push.demand_id for push in pushes])
    achievements = _by_id(session, Achievement, [push.achievement_id for push in pushes])
    owners = {row.owner_org_id for row in (*demands.values(), *achievements.values())}
    organisations = _by_id(session, Organisation, owners)
    managers = _managers(session, {push.manager_id for push in pushes})
    mine = [principal.manager_id] if principal.manager_id is not None else []
    assigned = assigned_records(session, mine)

    def summary(record: Record) -> RecordSummary:
        return _summary(record, principal, assigned, organisations)

    moment = now()

    def read(push: Push) -> PushRead:
        demand, achievement = summary(demands[push.demand_id]), summary(achievements[push.achievement_id])
        levels = (demand.view_level or 0, achievement.view_level or 0)
        return PushRead(
            **{name: getattr(push, name) for name in _OWN_COLUMNS},
            allowed=list(allowed_answers(push, moment)),
            manager=managers[push.manager_id],
            demand=demand,
            achievement=achievement,
            reasons=PushReasons(
                pair=shown(push.reasons.get("pair", {}), *levels), manager=push.reasons.get("manager", {})
            ),
        )

    return [read(push) for push in pushes]


def read_one(session: Session, push: Push, *, principal: Principal) -> PushRead:
    return read_many(session, [push], principal=principal)[0]


def _summary(
    record: Record,
    principal: Principal,
    assigned: frozenset[UUID],
    organisations: Mapping[UUID, Organisation],
) -> RecordSummary:
    bare = {"id": record.id, "number": record.number, "kind": record.kind.value, "state": record.state}
    if record.state != RecordState.PUBLISHED and not principal.sees_everything:
        # Taken back means taken back: what the push showed before is not shown any more.
        return RecordSummary(**bare)
    seen = present(record, principal, assigned=assigned, organisations=organisations)
    text = seen.get(_MAIN_TEXT[record.kind.value])
    if text is not None and len(text) > TEXT_SHOWN:
        text = text[: TEXT_SHOWN - 1] + "…"
    return RecordSummary(
        **({name: value for name, value in seen.items() if value is not None} | {"text": text})
    )


def _by_id(session: Session, model: Any, ids: Any) -> dict[UUID, Any]:
    return {row.id: row for row in session.scalars(select(model).where(model.id.in_(set(ids))))}


def _managers(session: Session, ids: set[UUID]) -> dict[UUID, ManagerSummary]:
    rows = session.execute(select(Manager.id, Manager.number, Manager.title).where(Manager.id.in_(ids)))
    return {id_: ManagerSummary(id=id_, number=number, name=name) for id_, number, name in rows}
