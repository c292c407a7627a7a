"""What became of engagements: how often a manager's, or an owner's, came to a contract. For ranking, by wiring."""

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
from app.matching.managers.shrinkage import AGE_STEPS, Tally, shrunk_rate

SAYS_NOTHING = ("undone", "record_unavailable", "conflict_of_interest")
"""Reasons of an end that speak neither for nor against anybody's work."""

OWNERS_MEAN = 0.5
"""Where an owner without a history stands: the neutral value of the feature."""

# So many engagements in all are looked through in the time in which a hundred owners' achievements are.
_FEW = 1_000
_AT_MOST_FEW = select(func.count()).select_from(select(Engagement.id).limit(_FEW).subquery())


def outcomes_of_managers(session: Session, manager_ids: Collection[UUID]) -> dict[UUID, Tally]:
    """Signed or landed against ended without a contract, of each manager who works on it; the older, the less it
    counts. Who has none is not in the answer."""
    if not manager_ids:
        return {}
    good, bad = _sums()
    rows = session.execute(
        select(Participant.manager_id, good, bad)
        .join(Engagement, Engagement.id == Participant.engagement_id)
        .where(
            Participant.manager_id.in_(manager_ids),
            Participant.state == ParticipantState.CONSENTED,
            _settled(),
        )
        .group_by(Participant.manager_id)
    )
    return _tallies((id_, won, lost) for id_, won, lost in rows)


def records_of_owners(session: Session, organisation_ids: Collection[UUID]) -> dict[UUID, float]:
    """Share of the engagements on an owner's public achievements that came to a contract, 0–1, drawn to a half while
    they are few (see ``matching.history``). Who has none is not in the answer."""
    engagements = session.scalar(_AT_MOST_FEW) or 0
    if not organisation_ids or not engagements:
        return {}
    tallies = _of_few if engagements < _FEW else _of_many
    found = tallies(session, frozenset(organisation_ids))
    return {id_: shrunk_rate(tally, OWNERS_MEAN) for id_, tally in found.items()}


def _of_many(session: Session, organisation_ids: Collection[UUID]) -> dict[UUID, Tally]:
    good, bad = _sums()
    rows = session.execute(
        select(Achievement.owner_org_id, good, bad)
        .join(Engagement, Engagement.achievement_id == Achievement.id)
        .where(
            Achievement.owner_org_id.in_(organisation_ids),
            Achievement.publish_mode != PublishMode.CONFIDENTIAL,
            _settled(),
        )
        .group_by(Achievement.owner_org_id)
    )
    return _tallies((id_, won, lost) for id_, won, lost in rows)


def _of_few(session: Session, organisation_ids: Collection[UUID]) -> dict[UUID, Tally]:
    """The same from the engagements to their owners: a hundred owners have thousands of achievements, nearly all
    without an engagement."""
    good, bad = _sums()
    query = select(Engagement.achievement_id, good, bad).where(_settled()).group_by(Engagement.achievement_id)
    settled = {id_: (float(won), float(lost)) for id_, won, lost in session.execute(query)}
    owners = session.execute(
        select(Achievement.id, Achievement.owner_org_id).where(
            Achievement.id.in_(settled), Achievement.publish_mode != PublishMode.CONFIDENTIAL
        )
    )
    sums: dict[UUID, tuple[float, float]] = {}
    for id_, owner in owners:
        if owner in organisation_ids:
            won, lost = sums.get(owner, (0.0, 0.0))
            sums[owner] = (won + settled[id_][0], lost + settled[id_][1])
    return _tallies((owner, *both) for owner, both in sums.items())


def age_weight(
    ended: SQLColumnExpression[datetime] | SQLColumnExpression[datetime | None], moment: datetime
) -> ColumnElement[float]:
    """How much a case that ended then still says, by the steps of ``matching.history``."""
    steps = [(ended >= moment - age, literal(weight)) for age, weight in AGE_STEPS]
    return case(*steps, else_=literal(0.0))


def _came_off() -> ColumnElement[bool]:
    in_force = exists().where(
        Contract.engagement_id == Engagement.id,
        Contract.state.in_((ContractState.SIGNED, ContractState.REGISTERED)),
    )
    return or_(Engagement.stage.in_((Stage.SIGNED, Stage.LANDED)), in_force)


def _settled() -> ColumnElement[bool]:
    ended = and_(Engagement.stage == Stage.ENDED, Engagement.ended_reason.not_in(SAYS_NOTHING))
    return or_(_came_off(), ended)


def _sums() -> tuple[ColumnElement[float], ColumnElement[float]]:
    weight = age_weight(Engagement.stage_since, now())
    came_off = _came_off()
    return (
        func.sum(case((came_off, weight), else_=literal(0.0))),
        func.sum(case((came_off, literal(0.0)), else_=weight)),
    )


def _tallies(rows: Iterable[tuple[UUID | None, float, float]]) -> dict[UUID, Tally]:
    return {
        id_: Tally(float(good), float(bad)) for id_, good, bad in rows if id_ is not None and good + bad > 0
    }
