"""Figures of the whole city as everybody may see them: by calendar years, with small cells suppressed."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import ANONYMOUS, Principal
from app.pushes.policy import current_policy
from app.services import Services
from app.settings import Settings
from app.statistics.figures.demands import funnel, gaps
from app.statistics.figures.engagements import contracts
from app.statistics.queries.contracts import ContractGroup
from app.statistics.query import EARLIEST, LATEST, Scope, StatisticsQuery
from app.statistics.schemas import ContractsRead, FunnelRead, GapsRead


@dataclass(frozen=True, slots=True)
class CityFigures:
    """The public figures of one year."""

    year: int
    funnel: FunnelRead
    gaps: GapsRead
    contracts: ContractsRead
    """By month of signing."""


def city_figures(session: Session, services: Services, year: int, *, principal: Principal) -> CityFigures:
    """The figures of a year. They are the same for every reader: what a stranger may see.

    Raises:
        ValueError: the year is not in 2000–2099.
        Forbidden: the permission table does not permit it.
    """
    require(principal, Action.STATISTICS_READ_CITY)
    if not EARLIEST <= year <= LATEST:
        raise ValueError(f"no figures of {year}")
    criteria = StatisticsQuery(
        principal=ANONYMOUS,
        first=date(year, 1, 1),
        last=date(year, 12, 31),
        scope=Scope.CITY,
        threshold=current_policy(session, services).threshold,
        min_cell=services[Settings].statistics_min_cell,
    )
    return CityFigures(
        year,
        funnel(session, criteria, None),
        gaps(session, criteria),
        contracts(session, criteria, ContractGroup.MONTH),
    )
