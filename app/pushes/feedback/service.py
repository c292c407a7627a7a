"""What owners say of matches of their own records, and errors in matches that anybody concerned reports."""

from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.conditional_requests import check_if_match
from app.database import now
from app.errors import Conflict, Invalid, NotFound
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
    """
    Raises:
        NotFound: no such own record, or no answer yet.
    """
    _own_match(session, demand_id, achievement_id, side=side, principal=principal)
    answer = session.scalar(_answer(demand_id, achievement_id, side))
    if answer is None:
        raise NotFound()
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
    """The owner's word on a match of his record; answering again changes it.

    Raises:
        NotFound: the record is not the principal's, or the two are no match (any more).
        Invalid: not interested needs a reason, interested has none.
        PreconditionRequired, StaleVersion: a change of an earlier answer, see `check_if_match`.
    """
    pair = _own_match(session, demand_id, achievement_id, side=side, principal=principal)
    _check_answer(interested, reason, note)
    # Whoever plans pushes of these records holds these locks too: what he writes after this, he writes knowing it.
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
        "owner.answered",
        subject_id=demand_id if side is Side.DEMAND else achievement_id,
        payload={
            "demand_id": str(demand_id),
            "achievement_id": str(achievement_id),
            "side": side.value,
            "interested": interested,
            "reason": reason,
            "pair_score": pair.score,
            "model_version": pair.model_version,
        },
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
    """Put an error in a match on the bureau's list.

    Raises:
        NotFound: no such match, or it is none of the principal's: neither a party's nor one that was pushed to him.
        Invalid: the category is not in the vocabulary, or `other` came without a note.
        Conflict: the principal has reported this already, and it is still open.
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
    found = MatchReport(
        demand_id=demand_id,
        achievement_id=achievement_id,
        category=category,
        note=note,
        reported_by=reporter,
        organisation_id=principal.organisation_id,
    )
    try:
        with session.begin_nested():
            session.add(found)
    except IntegrityError:
        # Another request of the same reporter may have been written since the look above.
        _refuse_second_report(session, demand_id, achievement_id, category, reporter)
        raise
    emit(
        session,
        "match.reported",
        subject_id=found.id,
        payload={
            "demand_id": str(demand_id),
            "achievement_id": str(achievement_id),
            "category": category,
            "role": principal.role.value if principal.role else None,
            "pair_score": pair.score if pair else None,
            "model_version": pair.model_version if pair else None,
        },
    )
    return found


def resolve(
    session: Session,
    report_id: UUID,
    *,
    principal: Principal,
    state: ReportState,
    resolution: str,
    if_match: str | None,
) -> MatchReport:
    """What the bureau did about a report: RESOLVED or DISMISSED, with a word for its reporter.

    Raises:
        NotFound: there is no such report.
        Conflict: it is not open any more.
    """
    require(principal, Action.MATCH_REPORT_RESOLVE)
    found = session.get(MatchReport, report_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound()
    if if_match is not None:
        check_if_match(if_match, found)
    if found.state != ReportState.OPEN:
        raise Conflict(
            f"This report is {found.state} already.",
            f"此报告已处理, 状态为 {found.state}。",
            code="report_state",
        )
    found.state = state
    found.resolution = resolution
    found.resolved_at = now()
    found.resolved_by = principal.user_id
    session.flush()
    audit.record(session, principal, Action.MATCH_REPORT_RESOLVE, found.id, f"{state}: {resolution}")
    return found


def _own_match(
    session: Session, demand_id: UUID, achievement_id: UUID, *, side: Side, principal: Principal
) -> Pair:
    """The ranked pair, if the record on this side is the principal's and the other one is published."""
    demand, achievement = session.get(Demand, demand_id), session.get(Achievement, achievement_id)
    own: Record | None = demand if side is Side.DEMAND else achievement
    other: Record | None = achievement if side is Side.DEMAND else demand
    mine = own is not None and owns(principal, own)
    require(principal, Action.MATCH_ANSWER, own=True)
    if not mine or other is None or other.state != RecordState.PUBLISHED:
        raise NotFound()
    pair = session.scalar(
        select(Pair).where(Pair.demand_id == demand_id, Pair.achievement_id == achievement_id)
    )
    if pair is None:
        raise NotFound(
            "These two are no match (any more).", "二者不是匹配结果,或已不再匹配。", code="no_match"
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
            "reason", "not_needed", "有意向时不填原因", "an owner who is interested gives no reason against"
        )
    if not interested and reason is None:
        raise Invalid.field("reason", "missing", "无意向时请选择原因", "say why you are not interested")
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
            "note", "missing", "类别为其他时, 请说明", "say what is wrong when the category is `other`"
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
            "You have reported this already; the bureau has yet to look at it.",
            "您已报告过此问题,管理部门尚未处理。",
            code="reported_before",
        )


def _concerns(
    session: Session, demand_id: UUID, achievement_id: UUID, principal: Principal, *, matched: bool
) -> bool:
    """Whether the principal is a party of a match, got a push of it, or is the bureau. Nobody finds out by it whether
    there is a record that he may not see."""
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
