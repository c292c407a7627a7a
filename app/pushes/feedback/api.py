"""Routes for owners' answers, error reports and the feedback summary of an achievement."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.accounts.access.permissions import CurrentPrincipal, LoggedIn
from app.accounts.access.principal import Principal
from app.accounts.idempotency import Idempotent
from app.conditional_requests import IfMatch, tagged, versioned
from app.database import ReadSession, WriteSession
from app.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionRequired,
    StaleVersion,
    Unauthenticated,
    problems,
)
from app.errors.request_bodies import Sent
from app.libraries.validation.values.codes import CodeOf
from app.paging import Page, Paging
from app.pushes.feedback import reports
from app.pushes.feedback import service as feedback
from app.pushes.feedback.achievement_feedback import feedback_for
from app.pushes.feedback.models import ReportState
from app.pushes.feedback.pair_side import Side
from app.pushes.feedback.report_list import report_page
from app.pushes.feedback.schemas import (
    OwnerAnswerIn,
    OwnerAnswerRead,
    ReportForBureau,
    ReportIn,
    ReportRead,
    Resolution,
    SupplierFeedback,
)

router = APIRouter(prefix="/v1", tags=["反馈 Feedback"], responses=problems(Unauthenticated, Forbidden))

Category = Annotated[str, CodeOf("match_report_categories")]

_ANSWERS = problems(NotFound, Invalid, Conflict, StaleVersion, PreconditionRequired)


@router.get(
    "/demands/{demand_id}/matches/{achievement_id}/answer",
    summary="需求方对一项匹配的答复",
    responses=problems(NotFound),
)
def demand_owners_answer(
    demand_id: UUID,
    achievement_id: UUID,
    principal: CurrentPrincipal,
    session: ReadSession,
    response: Response,
) -> OwnerAnswerRead:
    return _read_answer(session, demand_id, achievement_id, Side.DEMAND, principal, response)


@router.put(
    "/demands/{demand_id}/matches/{achievement_id}/answer",
    summary="需求方答复一项匹配",
    responses=_ANSWERS,
)
def answer_for_demand(
    demand_id: UUID,
    achievement_id: UUID,
    answer: Sent[OwnerAnswerIn],
    principal: CurrentPrincipal,
    session: WriteSession,
    response: Response,
    if_match: IfMatch = None,
) -> OwnerAnswerRead:
    """对本单位需求的匹配成果答复有无意向；再次答复须带 If-Match。成果方仅可查看汇总的原因，不显示答复人。

    答复无意向后，该供需对不再推送给其他经理人，直至改为有意向，或记录在所述原因方面有实质变化。
    """
    return _give_answer(
        session, demand_id, achievement_id, Side.DEMAND, principal, answer, if_match, response
    )


@router.get(
    "/achievements/{achievement_id}/matches/{demand_id}/answer",
    summary="成果方对一项匹配的答复",
    responses=problems(NotFound),
)
def achievement_owners_answer(
    achievement_id: UUID,
    demand_id: UUID,
    principal: CurrentPrincipal,
    session: ReadSession,
    response: Response,
) -> OwnerAnswerRead:
    return _read_answer(session, demand_id, achievement_id, Side.ACHIEVEMENT, principal, response)


@router.put(
    "/achievements/{achievement_id}/matches/{demand_id}/answer",
    summary="成果方答复一项匹配",
    responses=_ANSWERS,
)
def answer_for_achievement(
    achievement_id: UUID,
    demand_id: UUID,
    answer: Sent[OwnerAnswerIn],
    principal: CurrentPrincipal,
    session: WriteSession,
    response: Response,
    if_match: IfMatch = None,
) -> OwnerAnswerRead:
    return _give_answer(
        session, demand_id, achievement_id, Side.ACHIEVEMENT, principal, answer, if_match, response
    )


@router.get(
    "/achievements/{achievement_id}/feedback", summary="对成果的反馈汇总", responses=problems(NotFound)
)
def achievement_feedback(
    achievement_id: UUID, principal: CurrentPrincipal, session: ReadSession
) -> SupplierFeedback:
    """推送与答复的数量、谢绝的原因及改进建议。不显示答复人及对应需求；仅出现一次的原因不列出。"""
    return feedback_for(session, achievement_id, principal=principal)


@router.post(
    "/match-reports",
    summary="报告匹配差错",
    status_code=201,
    response_model=ReportRead,
    responses=problems(NotFound, Invalid, Conflict),
)
def report(
    wanted: Sent[ReportIn],
    principal: LoggedIn,
    session: WriteSession,
    request: Idempotent,
) -> Response:
    """由供需双方或收到推送的技术经理人报告，由管理部门处理。"""

    def create() -> Response:
        row = reports.report(
            session,
            wanted.demand_id,
            wanted.achievement_id,
            principal=principal,
            category=wanted.category,
            note=wanted.note,
        )
        return versioned(ReportRead.model_validate(row), row, status=201)

    return request.once(wanted, create)


@router.get("/match-reports", summary="差错报告列表", responses=problems(Invalid))
def list_reports(
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
    state: Annotated[ReportState, Query(description="状态")] = ReportState.OPEN,
    category: Annotated[Category | None, Query(description="类别")] = None,
) -> Page[ReportForBureau]:
    """按时间顺序排列，最早的在前，供管理部门逐条处理。"""
    return report_page(session, paging, state, category, principal=principal)


@router.post("/match-reports/{report_id}/resolve", summary="处理差错报告", responses=_ANSWERS)
def resolve(
    report_id: UUID,
    wanted: Sent[Resolution],
    principal: CurrentPrincipal,
    session: WriteSession,
    response: Response,
    if_match: IfMatch = None,
) -> ReportForBureau:
    row = reports.resolve(
        session,
        report_id,
        principal=principal,
        state=wanted.state,
        resolution=wanted.resolution,
        if_match=if_match,
    )
    return tagged(response, row, ReportForBureau.model_validate(row))


def _read_answer(
    session: Session,
    demand_id: UUID,
    achievement_id: UUID,
    side: Side,
    principal: Principal,
    response: Response,
) -> OwnerAnswerRead:
    answer = feedback.answer_of(session, demand_id, achievement_id, side=side, principal=principal)
    return tagged(response, answer, OwnerAnswerRead.model_validate(answer))


def _give_answer(
    session: Session,
    demand_id: UUID,
    achievement_id: UUID,
    side: Side,
    principal: Principal,
    answer: Sent[OwnerAnswerIn],
    if_match: str | None,
    response: Response,
) -> OwnerAnswerRead:
    stored = feedback.give_answer(
        session,
        demand_id,
        achievement_id,
        side=side,
        principal=principal,
        interested=answer.interested,
        reason=answer.reason,
        note=answer.note,
        if_match=if_match,
    )
    return tagged(response, stored, OwnerAnswerRead.model_validate(stored))
