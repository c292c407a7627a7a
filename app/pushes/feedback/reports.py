"""Reports of wrong matches, and their resolution by operators."""

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.organisations.recusal import refuse_tied
from app.conditional_requests import check_if_sent
from app.database import now
from app.errors import Conflict, Invalid, NotFound
from app.events.catalogue import MatchReported, MatchReportResolved
from app.events.outbox import emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.visibility.rows import owns
from app.matching.models import Pair
from app.pushes.feedback.models import MatchReport, ReportState
from app.pushes.feedback.service import OTHER
from app.pushes.models import Push
from app.vocabularies import vocabulary


def report(
    session: Session,
    demand_id: UUID,
    achievement_id: UUID,
    *,
    principal: Principal,
    category: str,
    note: str | None,
) -> MatchReport:
    """Report an error in a match to the bureau.

    Raises:
        NotFound: no such match, or the principal neither owns one of the records nor received the pair as a push.
        Invalid: the category is not in the vocabulary, or a note is missing for `other`.
        Conflict: the principal has an open report of the same error.
    """
    require(principal, Action.MATCH_REPORT, own=True)
    _check_category(category, note)
    pair = session.scalar(
        select(Pair).where(Pair.demand_id == demand_id, Pair.achievement_id == achievement_id)
    )
    if not _concerns(session, demand_id, achievement_id, principal, matched=pair is not None):
        raise NotFound()
    row = MatchReport(
        demand_id=demand_id,
        achievement_id=achievement_id,
        category=category,
        note=note,
        reported_by=principal.user_id or principal.api_key_id,
        organisation_id=principal.organisation_id,
    )
    _add_first_report(session, row)
    emit(session, _reported(row, pair, principal))
    return row


def _add_first_report(session: Session, row: MatchReport) -> None:
    """Store the report, unless its reporter has an open one of the same error."""
    facts = (row.demand_id, row.achievement_id, row.category, row.reported_by)
    _refuse_second_report(session, *facts)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # Another request of the same reporter may have been committed since the check above.
        _refuse_second_report(session, *facts)
        raise


def _reported(row: MatchReport, pair: Pair | None, principal: Principal) -> MatchReported:
    return MatchReported(
        subject_id=row.id,
        demand_id=row.demand_id,
        achievement_id=row.achievement_id,
        category=row.category,
        role=principal.role,
        pair_score=pair.score if pair else None,
        model_version=pair.model_version if pair else None,
    )


def resolve(
    session: Session,
    report_id: UUID,
    *,
    principal: Principal,
    state: ReportState,
    resolution: str,
    if_match: str | None,
) -> MatchReport:
    """Close a report as RESOLVED or DISMISSED, with an explanation for its reporter.

    Raises:
        NotFound: no such report.
        Conflict: the report is not open.
    """
    require(principal, Action.MATCH_REPORT_RESOLVE)
    row = session.get(MatchReport, report_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound()
    sides = session.get_one(Demand, row.demand_id), session.get_one(Achievement, row.achievement_id)
    refuse_tied(session, principal, organisations=[side.owner_org_id for side in sides])
    check_if_sent(if_match, row)
    if row.state != ReportState.OPEN:
        raise Conflict(
            f"This report has already been closed; its state is {row.state}.",
            f"此报告已处理，状态为 {row.state}。",
            code="report_state",
        )
    row.state = state
    row.resolution = resolution
    row.resolved_at = now()
    row.resolved_by = principal.user_id
    session.flush()
    audit.record(session, principal, Action.MATCH_REPORT_RESOLVE, row.id, f"{state}: {resolution}")
    if row.reported_by is not None:
        emit(session, MatchReportResolved(subject_id=row.id, user_id=row.reported_by, state=state))
    return row


def _check_category(category: str, note: str | None) -> None:
    categories = vocabulary("match_report_categories")
    if category not in categories:
        choices = ", ".join(categories.codes)
        raise Invalid.field(
            "category", "unknown_code", f"应为以下之一：{choices}", f"must be one of: {choices}"
        )
    if category == OTHER and not note:
        raise Invalid.field(
            "note", "missing", "类别为其他时，请填写说明", "is required if the category is `other`"
        )


def _refuse_second_report(
    session: Session, demand_id: UUID, achievement_id: UUID, category: str, reporter: UUID | None
) -> None:
    open_report = select(MatchReport.id).where(
        MatchReport.demand_id == demand_id,
        MatchReport.achievement_id == achievement_id,
        MatchReport.category == category,
        MatchReport.reported_by == reporter,
        MatchReport.state == ReportState.OPEN,
    )
    if session.scalar(open_report) is not None:
        raise Conflict(
            "You have already reported this. The bureau has not handled your report yet.",
            "您已报告过此问题，管理部门尚未处理。",
            code="reported_before",
        )


def _concerns(
    session: Session, demand_id: UUID, achievement_id: UUID, principal: Principal, *, matched: bool
) -> bool:
    """Whether the principal owns a record of the match, received a push of it, or is an operator.

    The caller answers "not found" otherwise, so that the existence of hidden records is not revealed.
    """
    demand, achievement = session.get(Demand, demand_id), session.get(Achievement, achievement_id)
    if demand is None or achievement is None:
        return False
    if principal.sees_everything or (matched and (owns(principal, demand) or owns(principal, achievement))):
        return True
    if principal.manager_id is None:
        return False
    pushed = exists().where(
        Push.demand_id == demand_id,
        Push.achievement_id == achievement_id,
        Push.manager_id == principal.manager_id,
    )
    return bool(session.scalar(select(pushed)))
