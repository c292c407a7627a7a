"""Lists of reported errors for the bureau, with the names of the records and of the reporters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import User
from app.database import by_id
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.paging import Page, PageRequest, Sort, list_page
from app.pushes.feedback.models import MatchReport, ReportState
from app.pushes.feedback.schemas import ReportForBureau

REPORT_STATES: Mapping[str, ReportState] = {state.value: state for state in ReportState}
"""The states by their codes."""

_OLDEST_FIRST = Sort(MatchReport.created_at, datetime, name="reports")


@dataclass(frozen=True, slots=True)
class NamedReport:
    """A report with titles, numbers and the reporter's name; None: reported with an API key."""

    report: ReportForBureau
    demand_title: str
    demand_number: str
    achievement_title: str
    achievement_number: str
    reporter: str | None


def report_page(
    session: Session,
    paging: PageRequest,
    state: ReportState = ReportState.OPEN,
    category: str | None = None,
    *,
    principal: Principal,
) -> Page[ReportForBureau]:
    """The reports in a state, the oldest first."""
    require(principal, Action.MATCH_REPORT_LIST)
    query = select(MatchReport).where(MatchReport.state == state)
    if category is not None:
        query = query.where(MatchReport.category == category)
    return list_page(session, query, _OLDEST_FIRST, paging, ReportForBureau.model_validate)


def named_reports(
    session: Session, reports: Sequence[ReportForBureau], *, principal: Principal
) -> list[NamedReport]:
    """The reports with names, in their order."""
    require(principal, Action.MATCH_REPORT_LIST)
    demands = by_id(session, Demand, [one.demand_id for one in reports])
    achievements = by_id(session, Achievement, [one.achievement_id for one in reports])
    users = by_id(session, User, [one.reported_by for one in reports if one.reported_by])
    return [
        NamedReport(
            one,
            demands[one.demand_id].title,
            demands[one.demand_id].number,
            achievements[one.achievement_id].title,
            achievements[one.achievement_id].number,
            users[one.reported_by].name if one.reported_by in users else None,
        )
        for one in reports
    ]


def reports_of_pair(
    session: Session, demand_id: UUID, achievement_id: UUID, *, principal: Principal
) -> list[ReportForBureau]:
    """All reports about one pair, the oldest first."""
    require(principal, Action.MATCH_REPORT_LIST)
    query = (
        select(MatchReport)
        .where(MatchReport.demand_id == demand_id, MatchReport.achievement_id == achievement_id)
        .order_by(MatchReport.created_at, MatchReport.id)
    )
    return [ReportForBureau.model_validate(row) for row in session.scalars(query)]
