"""Selects over pushes and pairs; what a principal may see of them is decided in `visible`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, false, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from app.accounts.access.principal import Principal
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Manager
from app.libraries.record.enums import RecordState
from app.matching.models import Pair
from app.pushes.models import OCCUPYING, PENDING, Push, PushState, state_for_slots
from app.pushes.policy import PairKey, Policy

PAIRS_LOOKED_AT = 500
EXPIRED_AT_ONCE = 500


def visible(query: Select[Push], principal: Principal) -> Select[Push]:
    """The pushes that the principal may see: a manager's own; with an organisation's key those of its managers."""
    if principal.sees_everything:
        return query
    if principal.manager_id is not None:
        return query.where(Push.manager_id == principal.manager_id)
    if principal.api_key_id is not None and principal.organisation_id is not None:
        employed = select(Manager.id).where(Manager.owner_org_id == principal.organisation_id)
        return query.where(Push.manager_id.in_(employed))
    return query.where(false())


def is_actionable(moment: datetime) -> ColumnElement[bool]:
    """What a manager should look at now: not answered, not expired, not put off beyond `moment`."""
    awake = and_(Push.state == PushState.LATER, Push.snoozed_until <= moment)
    return and_(or_(Push.state.in_((PushState.NEW, PushState.READ)), awake), Push.expires_at > moment)


def only_actionable(query: Select[Push], moment: datetime) -> Select[Push]:
    return query.where(is_actionable(moment))


def locked(ids: Collection[UUID]) -> Select[Push]:
    """Live pushes among these, locked in the order in which everybody locks them."""
    return (
        select(Push)
        .where(Push.id.in_(ids), Push.state.in_(PENDING))
        .order_by(Push.id)
        .with_for_update(of=Push)
        .execution_options(populate_existing=True)
    )


def push_of(key: PairKey, manager_id: UUID) -> Select[Push]:
    """The one row of a pair with a manager, locked."""
    return (
        select(Push)
        .where(Push.demand_id == key[0], Push.achievement_id == key[1], Push.manager_id == manager_id)
        .with_for_update(of=Push)
        .execution_options(populate_existing=True)
    )


def due_pushes(moment: datetime) -> Select[Push]:
    """Live pushes past their time; those that somebody is answering right now are left for the next round."""
    return (
        select(Push)
        .where(Push.state.in_(PENDING), Push.expires_at <= moment)
        .order_by(Push.id)
        .limit(EXPIRED_AT_ONCE)
        .with_for_update(of=Push, skip_locked=True)
    )


def overdue_pushes(moment: datetime) -> Select[Push]:
    """Pushes that nobody answered in time, and which were not announced as such; those being answered right now are
    left for the next round."""
    return (
        select(Push)
        .where(
            Push.state.in_((PushState.NEW, PushState.READ)),
            Push.answer_due_at <= moment,
            Push.overdue_at.is_(None),
        )
        .order_by(Push.id)
        .limit(EXPIRED_AT_ONCE)
        .with_for_update(of=Push, skip_locked=True)
    )


def pending_of(record_id: UUID) -> Select[UUID]:
    """Ids of the live pushes of a demand, an achievement or a manager."""
    sides = (Push.demand_id, Push.achievement_id, Push.manager_id)
    return select(Push.id).where(Push.state.in_(PENDING), or_(*(side == record_id for side in sides)))


def good_pairs_of(record_id: UUID, policy: Policy) -> Select[Pair]:
    """A demand's or an achievement's pairs that are good enough, best first."""
    return (
        select(Pair)
        .where(
            or_(Pair.demand_id == record_id, Pair.achievement_id == record_id), Pair.score >= policy.threshold
        )
        .order_by(Pair.score.desc(), Pair.demand_id, Pair.achievement_id)
    )


def good_published_pairs(policy: Policy) -> Select[Pair]:
    """The pairs of published records that are good enough, best first."""
    return (
        select(Pair)
        .join(Demand, Demand.id == Pair.demand_id)
        .join(Achievement, Achievement.id == Pair.achievement_id)
        .where(
            Pair.score >= policy.threshold,
            Demand.state == RecordState.PUBLISHED,
            Achievement.state == RecordState.PUBLISHED,
        )
        .order_by(Pair.score.desc(), Pair.demand_id, Pair.achievement_id)
    )


def pending_of_pairs(keys: Collection[PairKey]) -> Select[Push]:
    """Live pushes of these demands with these achievements; the caller picks the pairs out of them."""
    return select(Push).where(
        Push.state.in_(PENDING),
        Push.demand_id.in_({key[0] for key in keys}),
        Push.achievement_id.in_({key[1] for key in keys}),
    )


def good_pair(demand_id: UUID, achievement_id: UUID, policy: Policy) -> Select[Pair]:
    return select(Pair).where(
        Pair.demand_id == demand_id, Pair.achievement_id == achievement_id, Pair.score >= policy.threshold
    )


def pairs_with_free_slot(policy: Policy) -> Select[Pair]:
    """The best pairs of published records that have fewer pushes than places."""
    held = (
        select(func.count())
        .where(
            Push.demand_id == Pair.demand_id,
            Push.achievement_id == Pair.achievement_id,
            state_for_slots().in_(OCCUPYING),
        )
        .correlate(Pair)
        .scalar_subquery()
    )
    return good_published_pairs(policy).where(held < policy.slots_per_pair).limit(PAIRS_LOOKED_AT)


def first_level(codes: Sequence[str] | None) -> frozenset[str]:
    """First-level fields of codes of either level ("401" → "40")."""
    return frozenset(code[:2] for code in codes or ())


def fields_of_pairs(session: Session, pairs: Sequence[Pair]) -> dict[PairKey, frozenset[str]]:
    """First-level fields of both sides of each pair."""
    found: dict[UUID, frozenset[str]] = {}
    for model, ids in (
        (Demand, {pair.demand_id for pair in pairs}),
        (Achievement, {pair.achievement_id for pair in pairs}),
    ):
        rows = session.execute(select(model.id, model.fields).where(model.id.in_(ids)))
        found |= {id_: first_level(codes) for id_, codes in rows}
    nothing: frozenset[str] = frozenset()
    return {
        (pair.demand_id, pair.achievement_id): found.get(pair.demand_id, nothing)
        | found.get(pair.achievement_id, nothing)
        for pair in pairs
    }
