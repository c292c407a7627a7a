"""Queries over pushes and pairs; `visible` decides which pushes a principal may see."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, false, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from app.accounts.access.principal import Principal
from app.accounts.models import User
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.managers.models import Affiliation, Manager
from app.libraries.record.enums import RecordState
from app.matching.models import Pair
from app.pushes.eligibility.history import state_for_slots
from app.pushes.models import OCCUPYING, PENDING, Push, PushState
from app.pushes.policy import PairKey, Policy

PAIRS_LOOKED_AT = 500
EXPIRED_AT_ONCE = 500


def visible(query: Select[Push], principal: Principal) -> Select[Push]:
    """The pushes that the principal may see: managers their own, an organisation's API key those of its managers,
    operators all."""
    if principal.sees_everything:
        return query
    if principal.manager_id is not None:
        return query.where(Push.manager_id == principal.manager_id)
    if principal.api_key_id is not None and principal.organisation_id is not None:
        employed = select(Manager.id).where(Manager.owner_org_id == principal.organisation_id)
        return query.where(Push.manager_id.in_(employed))
    return query.where(false())


def is_actionable(moment: datetime) -> ColumnElement[bool]:
    """Pushes for the manager to answer now: pending, not expired, and not postponed beyond `moment`."""
    resumed = and_(Push.state == PushState.LATER, Push.snoozed_until <= moment)
    return and_(or_(Push.state.in_((PushState.NEW, PushState.READ)), resumed), Push.expires_at > moment)


def only_actionable(query: Select[Push], moment: datetime) -> Select[Push]:
    return query.where(is_actionable(moment))


def locked(ids: Collection[UUID]) -> Select[Push]:
    """The pending pushes among these, locked in the order in which all code locks them: by id."""
    return (
        select(Push)
        .where(Push.id.in_(ids), Push.state.in_(PENDING))
        .order_by(Push.id)
        .with_for_update(of=Push)
        .execution_options(populate_existing=True)
    )


def push_of(key: PairKey, manager_id: UUID) -> Select[Push]:
    """The row of a pair with a manager, locked."""
    return (
        select(Push)
        .where(Push.demand_id == key[0], Push.achievement_id == key[1], Push.manager_id == manager_id)
        .with_for_update(of=Push)
        .execution_options(populate_existing=True)
    )


def due_pushes(moment: datetime) -> Select[Push]:
    """Pending pushes past `expires_at`. Rows locked by an answer in progress are left for the next run."""
    return (
        select(Push)
        .where(Push.state.in_(PENDING), Push.expires_at <= moment)
        .order_by(Push.id)
        .limit(EXPIRED_AT_ONCE)
        .with_for_update(of=Push, skip_locked=True)
    )


def overdue_pushes(moment: datetime) -> Select[Push]:
    """Pushes past `answer_due_at` that have not been marked overdue. Rows locked by an answer in progress are left for
    the next run."""
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
    """Ids of the pending pushes of a demand, an achievement or a manager."""
    sides = (Push.demand_id, Push.achievement_id, Push.manager_id)
    return select(Push.id).where(Push.state.in_(PENDING), or_(*(side == record_id for side in sides)))


def pending_with_parties(session: Session, organisations: Collection[UUID]) -> list[UUID]:
    """Ids of the pending pushes with one of these organisations on either side, or as a tie of the manager."""
    wanted = {str(id_) for id_ in organisations}
    rows = session.execute(
        select(
            Push.id, Push.manager_id, Demand.owner_org_id, Achievement.owner_org_id, Achievement.co_org_ids
        )
        .join(Demand, Demand.id == Push.demand_id)
        .join(Achievement, Achievement.id == Push.achievement_id)
        .where(Push.state.in_(PENDING))
    ).all()
    tied = _managers_tied_to(session, organisations, {row.manager_id for row in rows})
    return [
        id_
        for id_, manager_id, demanding, offering, others in rows
        if manager_id in tied or not wanted.isdisjoint((str(demanding), str(offering), *(others or ())))
    ]


def managers_tied_to(session: Session, organisations: Collection[UUID]) -> list[UUID]:
    """Ids of the published managers with a tie to one of these organisations."""
    ids = session.scalars(select(Manager.id).where(Manager.state == RecordState.PUBLISHED)).all()
    return sorted(_managers_tied_to(session, organisations, ids))


def _managers_tied_to(
    session: Session, organisations: Collection[UUID], manager_ids: Collection[UUID]
) -> set[UUID]:
    """By account, employer, post or declaration. What is declared by name or code may be any organisation."""
    wanted = {str(id_) for id_ in organisations}
    registered = select(User.id).where(User.organisation_id.in_(organisations))
    employed = or_(
        Manager.owner_org_id.in_(organisations),
        Manager.user_id.in_(registered),
        Manager.affiliations.any(Affiliation.organisation_id.in_(organisations)),
    )
    tied = set(session.scalars(select(Manager.id).where(Manager.id.in_(manager_ids), employed)))
    declared = session.execute(
        select(Manager.id, Manager.declared_conflicts).where(Manager.id.in_(manager_ids))
    )
    return tied | {
        id_
        for id_, entries in declared
        if any(
            str(entry.get("organisation_id")) in wanted
            or entry.get("organisation_name")
            or entry.get("organisation_code")
            for entry in entries or ()
        )
    }


def good_pairs_of(record_id: UUID, policy: Policy) -> Select[Pair]:
    """The good pairs of a demand or an achievement, best first."""
    return (
        select(Pair)
        .where(
            or_(Pair.demand_id == record_id, Pair.achievement_id == record_id), Pair.score >= policy.threshold
        )
        .order_by(Pair.score.desc(), Pair.demand_id, Pair.achievement_id)
    )


def good_published_pairs(policy: Policy) -> Select[Pair]:
    """The good pairs of published records, best first."""
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
    """Pending pushes of these demands with these achievements: a superset, from which the caller selects the pairs."""
    return select(Push).where(
        Push.state.in_(PENDING),
        Push.demand_id.in_({key[0] for key in keys}),
        Push.achievement_id.in_({key[1] for key in keys}),
    )


def good_pair(demand_id: UUID, achievement_id: UUID, policy: Policy) -> Select[Pair]:
    """The pair of these records, if it is good."""
    return select(Pair).where(
        Pair.demand_id == demand_id, Pair.achievement_id == achievement_id, Pair.score >= policy.threshold
    )


def pairs_with_free_slot(policy: Policy) -> Select[Pair]:
    """The best pairs of published records that have a free slot."""
    occupied = (
        select(func.count())
        .where(
            Push.demand_id == Pair.demand_id,
            Push.achievement_id == Pair.achievement_id,
            state_for_slots().in_(OCCUPYING),
        )
        .correlate(Pair)
        .scalar_subquery()
    )
    return good_published_pairs(policy).where(occupied < policy.slots_per_pair).limit(PAIRS_LOOKED_AT)


def first_level(codes: Sequence[str] | None) -> frozenset[str]:
    """The first-level field codes of codes of either level ("401" → "40")."""
    return frozenset(code[:2] for code in codes or ())


def fields_of_pairs(session: Session, pairs: Sequence[Pair]) -> dict[PairKey, frozenset[str]]:
    """The first-level field codes of both records of each pair."""
    fields: dict[UUID, frozenset[str]] = {}
    for model, ids in (
        (Demand, {pair.demand_id for pair in pairs}),
        (Achievement, {pair.achievement_id for pair in pairs}),
    ):
        rows = session.execute(select(model.id, model.fields).where(model.id.in_(ids)))
        fields |= {id_: first_level(codes) for id_, codes in rows}
    no_fields: frozenset[str] = frozenset()
    return {
        pair.key: fields.get(pair.demand_id, no_fields) | fields.get(pair.achievement_id, no_fields)
        for pair in pairs
    }
