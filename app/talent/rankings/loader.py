"""Loads the figures of rankings, for all candidates of a year in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation, OrganisationKind
from app.clock import JINAN_TIME
from app.engagements.contract_models import Contract
from app.libraries.record.enums import CertificateLevel
from app.pushes.models import Push, PushState
from app.talent.rankings.formula import FigureName
from app.talent.tiers.engine import Evaluation
from app.talent.tiers.service import evaluate_managers
from app.talent.trainings.models import Training, TrainingState

RATE_PLACES = Decimal("0.0001")


def values_of(
    session: Session, manager_ids: Sequence[UUID], *, year: int
) -> dict[UUID, dict[FigureName, Decimal]]:
    """Manager → figures. Contracts count by the rules and choices of tiers, so that rankings and tiers agree."""
    evaluations = evaluate_managers(session, manager_ids, year=year)
    enterprises = _enterprises(session, evaluations)
    rates = _acceptance(session, manager_ids, year)
    hours = _hours(session, manager_ids, year)
    values = {}
    for id_, evaluation in evaluations.items():
        sums = evaluation.figures
        level = sums.certificate.level if sums.certificate else CertificateLevel.NONE
        values[id_] = {
            FigureName.LANDED_PROJECTS: sums.landed_projects,
            FigureName.AMOUNT_YEAR_WAN: sums.amount_year_wan,
            FigureName.CONTRACTS: Decimal(sum(line.in_year for line in sums.lines)),
            FigureName.ENTERPRISES_SERVED: Decimal(len(enterprises.get(id_, ()))),
            FigureName.ACCEPTANCE_RATE: rates.get(id_, Decimal(0)),
            FigureName.TRAINING_HOURS: Decimal(hours.get(id_, 0)),
            FigureName.CERTIFICATE_RANK: Decimal(level.rank),
        }
    return values


def _enterprises(session: Session, evaluations: Mapping[UUID, Evaluation]) -> dict[UUID, set[UUID]]:
    """Manager → enterprises that are a party to a contract counted in the year."""
    contracts_of = {
        id_: {line.contract_id for line in evaluation.figures.lines if line.in_year}
        for id_, evaluation in evaluations.items()
    }
    ids = set[UUID]().union(*contracts_of.values())
    parties: dict[UUID, set[UUID]] = {}
    for column in (Contract.buyer_org_id, Contract.seller_org_id):
        rows = session.execute(
            select(Contract.id, column)
            .join(Organisation, Organisation.id == column)
            .where(Contract.id.in_(ids), Organisation.kind == OrganisationKind.ENTERPRISE)
        )
        for contract_id, organisation_id in rows:
            parties.setdefault(contract_id, set()).add(organisation_id)
    return {
        id_: set[UUID]().union(*(parties.get(contract, set()) for contract in contracts))
        for id_, contracts in contracts_of.items()
    }


def _acceptance(session: Session, manager_ids: Sequence[UUID], year: int) -> dict[UUID, Decimal]:
    """Manager → share of accepted among the pushes answered in the year (Jinan time); none without an answer."""
    start, end = (datetime.combine(date(year_, 1, 1), time(), JINAN_TIME) for year_ in (year, year + 1))
    rows = session.execute(
        select(Push.manager_id, func.count(), func.count().filter(Push.state == PushState.ACCEPTED))
        .where(
            Push.manager_id.in_(manager_ids),
            Push.state.in_((PushState.ACCEPTED, PushState.DECLINED)),
            Push.answered_at >= start,
            Push.answered_at < end,
        )
        .group_by(Push.manager_id)
    )
    return {id_: (Decimal(accepted) / answered).quantize(RATE_PLACES) for id_, answered, accepted in rows}


def _hours(session: Session, manager_ids: Sequence[UUID], year: int) -> dict[UUID, int]:
    first, after = date(year, 1, 1), date(year, 12, 31) + timedelta(days=1)
    rows = session.execute(
        select(Training.manager_id, func.sum(Training.hours))
        .where(
            Training.manager_id.in_(manager_ids),
            Training.state == TrainingState.VERIFIED,
            Training.ended_on >= first,
            Training.ended_on < after,
        )
        .group_by(Training.manager_id)
    )
    return {id_: int(hours) for id_, hours in rows}
