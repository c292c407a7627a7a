"""Rows of pairs and pushes that the snapshots are made of, read in the order in which all code locks."""

from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.libraries.record.models import Record
from app.matching.models import Pair
from app.pushes.eligibility.history import state_for_slots
from app.pushes.models import Push, PushState
from app.pushes.policy import PairKey

AnyRecord = TypeVar("AnyRecord", bound=Record)


def rows_by_id(session: Session, model: type[AnyRecord], ids: set[UUID], lock: bool) -> dict[UUID, AnyRecord]:
    if not ids:
        return {}
    query = select(model).where(model.id.in_(ids)).order_by(model.id)
    if lock:
        # key_share: inserting a push takes a key-share lock on these rows, which this lock should not block.
        query = query.with_for_update(key_share=True, of=model).execution_options(populate_existing=True)
    return {row.id: row for row in session.scalars(query)}


def pairs_by_key(session: Session, demands: set[UUID], achievements: set[UUID]) -> dict[PairKey, Pair]:
    query = select(Pair).where(Pair.demand_id.in_(demands), Pair.achievement_id.in_(achievements))
    return {(pair.demand_id, pair.achievement_id): pair for pair in session.scalars(query)}


def scores_of(ranked: Mapping[PairKey, Pair]) -> dict[PairKey, float]:
    return {key: pair.score for key, pair in ranked.items()}


def push_states(
    session: Session, demands: set[UUID], achievements: set[UUID]
) -> dict[PairKey, dict[UUID, PushState]]:
    states: dict[PairKey, dict[UUID, PushState]] = {}
    rows = session.execute(
        select(Push.demand_id, Push.achievement_id, Push.manager_id, state_for_slots()).where(
            Push.demand_id.in_(demands), Push.achievement_id.in_(achievements)
        )
    )
    for demand_id, achievement_id, manager_id, state in rows:
        states.setdefault((demand_id, achievement_id), {})[manager_id] = PushState(state)
    return states
