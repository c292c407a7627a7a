"""Owners' answers to matches of their own records, and reports of errors in matches."""

from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.conditional_requests import check_if_match, check_if_sent
from app.database import now, one_or_not_found
from app.errors import Conflict, Invalid, NotFound
from app.events.catalogue import MatchReported, OwnerAnswered
from app.events.outbox import emit
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.disclosure.visibility import owns
from app.libraries.record.enums import RecordState
from app.libraries.record.models import Record
from app.libraries.vocabularies import vocabulary
from app.matching.models import Pair
from app.pushes.decline_reasons import check_reason
from app.pushes.feedback.models import MatchReport, OwnerAnswer, ReportState, Side
from app.pushes.models import Push

OTHER = "other"


def answer_of(
    session: Session, demand_id: UUID, achievement_id: UUID, *, side: Side, principal: Principal
) -> OwnerAnswer:
    """The owner's present answer to a match.

    Raises:
        NotFound: the record is not the principal's, the two are no match, or there is no answer yet.
    """
    _own_match(session, demand_id, achievement_id, side=side, principal=principal)
    answer = one_or_not_found(session, _answer(demand_id, achievement_id, side))
    return answer


def give_answer(
    session: Session,
    demand_id: UUID,
    achievement_id: UUID,
    *,
    side: Side,
    principal: Principal,
    interested: bool,
    reason: str | None,
    note: str | None,
    if_match: str | None = None,
) -> OwnerAnswer:
    """Store the owner's answer to a match of their record; answering again changes it.

    Raises:
        NotFound: the record is not the principal's, or the two are no match, or no longer.
        Invalid: a reason is missing although the owner is not interested, or given although they are.
        PreconditionRequired, StaleVersion: when an earlier answer is changed, see `check_if_match`.
    """
    pair = _own_match(session, demand_id, achievement_id, side=side, principal=principal)
    _check_answer(interested, reason, note)
    # The push writer holds these locks too, so that pushes written after this answer take it into account.
    for record in (Demand, Achievement):
        ids = (demand_id, achievement_id)
        session.scalar(select(record.id).where(record.id.in_(ids)).with_for_update(key_share=True))
    answer = session.scalar(_answer(demand_id, achievement_id, side).with_for_update())
    if answer is None:
        answer = OwnerAnswer(demand_id=demand_id, achievement_id=achievement_id, side=side)
    else:
        check_if_match(if_match, answer)
    if principal.organisation_id is None:
        raise NotFound()
    answer.organisation_id = principal.organisation_id
    answer.interested = interested
    answer.reason = reason
    answer.note = note
    answer.pair_score = pair.score
    answer.answered_at = now()
    answer.answered_by = principal.user_id or principal.api_key_id
    session.add(answer)
    session.flush()
    emit(
        session,
        OwnerAnswered(
            subject_id=demand_id if side is Side.DEMAND else achievement_id,
            demand_id=demand_id,
            achievement_id=achievement_id,
            side=side,
            interested=interested,
            reason=reason,
            pair_score=pair.score,
            model_version=pair.model_version,
        ),
    )
    return answer


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
    reporter = principal.user_id or principal.api_key_id
    _refuse_second_report(session, demand_id, achievement_id, category, reporter)
    row = MatchReport(
        demand_id=demand_id,
        achievement_id=achievement_id,
        category=category,
        note=note,
        reported_by=reporter,
        organisation_id=principal.organisation_id,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # Another request of the same reporter may have been committed since the check above.
        _refuse_second_report(session, demand_id, achievement_id, category, reporter)
        raise
    emit(
        session,
        MatchReported(
            subject_id=row.id,
            demand_id=demand_id,
            achievement_id=achievement_id,
            category=category,
            role=principal.role,
            pair_score=pair.score if pair else None,
            model_version=pair.model_version if pair else None,
        ),
    )
    return row


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
    check_if_sent(if_match, row)
    if row.state != ReportState.OPEN:
        raise Conflict(
            f"This report has already been closed; its state is {row.state}.",
            f"此报告已处理, 状态为 {row.state}。",
            code="report_state",
        )
    row.state = state
    row.resolution = resolution
    row.resolved_at = now()
    row.resolved_by = principal.user_id
    session.flush()
    audit.record(session, principal, Action.MATCH_REPORT_RESOLVE, row.id, f"{state}: {resolution}")
    return row


def _own_match(
    session: Session, demand_id: UUID, achievement_id: UUID, *, side: Side, principal: Principal
) -> Pair:
    """The pair, if the record on this side is the principal's own and the other one is published."""
    demand, achievement = session.get(Demand, demand_id), session.get(Achievement, achievement_id)
    own: Record | None = demand if side is Side.DEMAND else achievement
    other: Record | None = achievement if side is Side.DEMAND else demand
    is_owner = own is not None and owns(principal, own)
    require(principal, Action.MATCH_ANSWER, own=True)
    if not is_owner or other is None or other.state != RecordState.PUBLISHED:
        raise NotFound()
    pair = session.scalar(
        select(Pair).where(Pair.demand_id == demand_id, Pair.achievement_id == achievement_id)
    )
    if pair is None:
        raise NotFound(
            "These two records are not a match, or no longer.",
            "二者不是匹配结果,或已不再匹配。",
            code="no_match",
        )
    return pair


def _answer(demand_id: UUID, achievement_id: UUID, side: Side) -> Select[OwnerAnswer]:
    return select(OwnerAnswer).where(
        OwnerAnswer.demand_id == demand_id,
        OwnerAnswer.achievement_id == achievement_id,
        OwnerAnswer.side == side,
    )


def _check_answer(interested: bool, reason: str | None, note: str | None) -> None:
    if interested and reason is not None:
        raise Invalid.field(
            "reason", "not_needed", "有意向时无需填写原因", "must be omitted if you are interested"
        )
    if not interested and reason is None:
        raise Invalid.field(
            "reason", "missing", "无意向时请选择原因", "is required if you are not interested"
        )
    if reason is not None:
        check_reason(reason, note)


def _check_category(category: str, note: str | None) -> None:
    categories = vocabulary("match_report_categories")
    if category not in categories:
        choices = ", ".join(categories.codes)
        raise Invalid.field(
            "category", "unknown_code", f"应为以下之一: {choices}", f"must be one of: {choices}"
        )
    if category == OTHER and not note:
        raise Invalid.field(
            "note", "missing", "类别为其他时, 请填写说明", "is required if the category is `other`"
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
            "您已报告过此问题,管理部门尚未处理。",
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
