"""Outcomes of engagements: how often those of a manager, or of an owner, led to a contract. Ranking reads them."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from app.database import now
from app.engagements.contract_models import Contract, ContractState
from app.engagements.models import Engagement, Participant, ParticipantState, Stage
from app.libraries.achievements.models import Achievement
from app.libraries.record.enums import PublishMode
from app.matching.managers.track_records import AGE_STEPS, Tally, shrunk_rate

NEUTRAL_END_REASONS = ("undone", "record_unavailable", "conflict_of_interest")
"""End reasons that say nothing about anybody's work; such engagements are not counted."""

OWNER_PRIOR = 0.5
"""Prior of an owner's success rate: the neutral value of the feature."""

# Reading this many engagements takes as long as reading the achievements of a hundred owners.
_FEW_ENGAGEMENTS = 1_000
_COUNT_UP_TO_FEW = select(func.count()).select_from(select(Engagement.id).limit(_FEW_ENGAGEMENTS).subquery())


def outcomes_of_managers(session: Session, manager_ids: Collection[UUID]) -> dict[UUID, Tally]:
    """Manager → (engagements that led to a contract, engagements that ended without), weighted by age.

    Every consenting manager of an engagement counts, not only the lead. Managers without a concluded engagement are
    left out.
    """
    if not manager_ids:
        return {}
    good, bad = _sums()
    rows = session.execute(
        select(Participant.manager_id, good, bad)
        .join(Engagement, Engagement.id == Participant.engagement_id)
        .where(
            Participant.manager_id.in_(manager_ids),
            Participant.state == ParticipantState.CONSENTED,
            _is_concluded(),
        )
        .group_by(Participant.manager_id)
    )
    return _tallies((id_, won, lost) for id_, won, lost in rows)


def success_rates_of_owners(session: Session, organisation_ids: Collection[UUID]) -> dict[UUID, float]:
    """Owner → share of the engagements on their public achievements that led to a contract, 0–1.

    Rates from few engagements are shrunk towards 0.5 (`matching.managers.track_records`). Owners without a concluded
    engagement are left out.
    """
    engagements = session.scalar(_COUNT_UP_TO_FEW) or 0
    if not organisation_ids or not engagements:
        return {}
    tallies = _tallies_from_engagements if engagements < _FEW_ENGAGEMENTS else _tallies_from_achievements
    by_owner = tallies(session, frozenset(organisation_ids))
    return {id_: shrunk_rate(tally, OWNER_PRIOR) for id_, tally in by_owner.items()}


def _tallies_from_achievements(session: Session, organisation_ids: Collection[UUID]) -> dict[UUID, Tally]:
    good, bad = _sums()
    rows = session.execute(
        select(Achievement.owner_org_id, good, bad)
        .join(Engagement, Engagement.achievement_id == Achievement.id)
        .where(
            Achievement.owner_org_id.in_(organisation_ids),
            Achievement.publish_mode != PublishMode.CONFIDENTIAL,
            _is_concluded(),
        )
        .group_by(Achievement.owner_org_id)
    )
    return _tallies((id_, won, lost) for id_, won, lost in rows)


def _tallies_from_engagements(session: Session, organisation_ids: Collection[UUID]) -> dict[UUID, Tally]:
    """The same, starting from the engagements: a hundred owners have thousands of achievements, nearly all without
    an engagement."""
    good, bad = _sums()
    query = (
        select(Engagement.achievement_id, good, bad)
        .where(_is_concluded())
        .group_by(Engagement.achievement_id)
    )
    counts = {id_: (float(won), float(lost)) for id_, won, lost in session.execute(query)}
    owners = session.execute(
        select(Achievement.id, Achievement.owner_org_id).where(
            Achievement.id.in_(counts), Achievement.publish_mode != PublishMode.CONFIDENTIAL
        )
    )
    sums: dict[UUID, tuple[float, float]] = {}
    for id_, owner in owners:
        if owner in organisation_ids:
            won, lost = sums.get(owner, (0.0, 0.0))
            sums[owner] = (won + counts[id_][0], lost + counts[id_][1])
    return _tallies((owner, *tally) for owner, tally in sums.items())


def age_weight(
    ended: SQLColumnExpression[datetime] | SQLColumnExpression[datetime | None], at: datetime
) -> ColumnElement[float]:
    """The weight, at the time `at`, of an engagement that ended at `ended`, by `matching.managers.track_records`."""
    cases = [(ended >= at - age, literal(weight)) for age, weight in AGE_STEPS]
    return case(*cases, else_=literal(0.0))


def _succeeded() -> ColumnElement[bool]:
    in_force = exists().where(
        Contract.engagement_id == Engagement.id,
        Contract.state.in_((ContractState.SIGNED, ContractState.REGISTERED)),
    )
    return or_(Engagement.stage.in_((Stage.SIGNED, Stage.LANDED)), in_force)


def _is_concluded() -> ColumnElement[bool]:
    ended = and_(Engagement.stage == Stage.ENDED, Engagement.ended_reason.not_in(NEUTRAL_END_REASONS))
    return or_(_succeeded(), ended)


def _sums() -> tuple[ColumnElement[float], ColumnElement[float]]:
    weight = age_weight(Engagement.stage_since, now())
    succeeded = _succeeded()
    return (
        func.sum(case((succeeded, weight), else_=literal(0.0))),
        func.sum(case((succeeded, literal(0.0)), else_=weight)),
    )


def _tallies(rows: Iterable[tuple[UUID | None, float, float]]) -> dict[UUID, Tally]:
    return {
        id_: Tally(float(good), float(bad)) for id_, good, bad in rows if id_ is not None and good + bad > 0
    }
