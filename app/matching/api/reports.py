"""Routes of match reports as PDF files."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.accounts.access.permissions import LoggedIn
from app.database import ReadSession
from app.errors import Forbidden, NotFound, Unauthenticated, problems
from app.libraries.record.enums import RecordKind
from app.load_limits.dependencies import REFUSALS, MatchingTurn
from app.matching.feedback.impressions import Shown
from app.matching.lists import matches
from app.matching.lists.presenter import AppMatcher
from app.matching.lists.report import PRINTED, ReportLanguage, match_report
from app.pdf.responses import PDF, Paper, as_pdf

router = APIRouter(
    prefix="/v1",
    tags=["匹配 Matching"],
    responses=problems(Unauthenticated, Forbidden, NotFound) | REFUSALS | PDF,
)

Language = Annotated[ReportLanguage, Query(description="报告的语言")]


@router.get("/demands/{demand_id}/matches.pdf", summary="需求的匹配报告", response_class=Response)
def demand_report(
    demand_id: UUID,
    _: MatchingTurn,
    session: ReadSession,
    principal: LoggedIn,
    matcher: AppMatcher,
    shown_lists: Shown,
    paper: Paper,
    language: Language = "zh",
) -> Response:
    """需求与最好的 5 项成果：条件、指标、相符的语句。需安装附加组件 pdf。"""
    answer = matches.demand_matches(
        session, demand_id, principal=principal, matcher=matcher, shown_lists=shown_lists, limit=PRINTED
    )
    record = matches.subject_of(session, RecordKind.DEMAND, demand_id, principal=principal)
    content = match_report(
        paper, record, RecordKind.DEMAND, answer, with_scores=principal.reads_details, language=language
    )
    return as_pdf(content, f"{record['number']}-matches")


@router.get("/achievements/{achievement_id}/matches.pdf", summary="成果的匹配报告", response_class=Response)
def achievement_report(
    achievement_id: UUID,
    _: MatchingTurn,
    session: ReadSession,
    principal: LoggedIn,
    matcher: AppMatcher,
    shown_lists: Shown,
    paper: Paper,
    language: Language = "zh",
) -> Response:
    """成果与最好的 5 项需求：条件、指标、相符的语句。需安装附加组件 pdf。"""
    answer = matches.achievement_matches(
        session, achievement_id, principal=principal, matcher=matcher, shown_lists=shown_lists, limit=PRINTED
    )
    record = matches.subject_of(session, RecordKind.ACHIEVEMENT, achievement_id, principal=principal)
    content = match_report(
        paper, record, RecordKind.ACHIEVEMENT, answer, with_scores=principal.reads_details, language=language
    )
    return as_pdf(content, f"{record['number']}-matches")
