"""Routes of filings."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.accounts.access.permissions import Action, CurrentPrincipal, LoggedIn, allowed, require
from app.accounts.idempotency import Idempotent
from app.conditional_requests import IfMatch, versioned
from app.database import ReadSession, WriteSession
from app.errors import Forbidden, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.paging import Page, Paging
from app.services import AppSettings
from app.talent.filings import service
from app.talent.filings.listing import filing_moves, filing_page, read_filing
from app.talent.filings.models import Filing, FilingState
from app.talent.filings.reviews import review
from app.talent.filings.schemas import (
    FilingCreate,
    FilingMoveRead,
    FilingNote,
    FilingPatch,
    FilingRead,
    Pledge,
    PledgeRead,
)
from app.talent.responses import CHANGING, CREATING, LISTING, READING, create

router = APIRouter(
    prefix="/v1/filings", tags=["备案 Filings"], responses=problems(Unauthenticated, Forbidden)
)


@router.get("/pledge", summary="承诺书现行文本")
def read_pledge(principal: CurrentPrincipal) -> PledgeRead:
    require(principal, Action.FILING_READ, own=True)
    return PledgeRead.model_validate(service.pledge())


@router.post("", summary="申请备案", status_code=201, response_model=FilingRead, responses=CREATING)
def file(
    body: Sent[FilingCreate],
    principal: LoggedIn,
    session: WriteSession,
    request: Idempotent,
) -> Response:
    """先保存为草稿，签署承诺书后提交。每人仅可有一份未注销的备案。"""

    def make() -> tuple[FilingRead, Filing]:
        filing = service.file(session, body.manager_id, body.statement, principal=principal)
        return read_filing(session, filing, principal), filing

    return create(request, body, make, location="/v1/filings")


@router.get("", summary="备案列表", responses=LISTING)
def list_filings(
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
    states: Annotated[list[FilingState] | None, Query(alias="state", description="状态，可多选")] = None,
    manager_id: Annotated[UUID | None, Query(description="技术经理人")] = None,
) -> Page[FilingRead]:
    """按创建时间由新到旧排列。技术经理人可查看本人记录，机构可查看本单位人员记录，管理部门可查看全部。"""
    return filing_page(session, paging, states, manager_id, principal=principal)


@router.get("/{filing_id}", summary="查看备案", response_model=FilingRead, responses=READING)
def get_filing(filing_id: UUID, principal: LoggedIn, session: ReadSession) -> Response:
    filing = service.find(session, filing_id, principal=principal)
    return versioned(read_filing(session, filing, principal), filing)


@router.patch("/{filing_id}", summary="修改备案申请", response_model=FilingRead, responses=CHANGING)
def change_filing(
    filing_id: UUID,
    body: Sent[FilingPatch],
    principal: LoggedIn,
    session: WriteSession,
    if_match: IfMatch = None,
) -> Response:
    """仅草稿和被退回的申请可以修改。"""
    filing = service.change(session, filing_id, body.statement, principal=principal, if_match=if_match)
    return versioned(read_filing(session, filing, principal), filing)


@router.get("/{filing_id}/moves", summary="备案办理记录", responses=READING)
def list_moves(filing_id: UUID, principal: LoggedIn, session: ReadSession) -> list[FilingMoveRead]:
    """按时间先后列出操作人、时间、操作和理由。"""
    return filing_moves(session, filing_id, principal=principal)


def _add_signed(name: str, summary: str, text: str) -> None:
    @router.post(
        f"/{{filing_id}}/{name}",
        name=name,
        summary=summary,
        description=text,
        response_model=FilingRead,
        responses=CHANGING,
    )
    def sign(
        filing_id: UUID,
        body: Sent[Pledge],
        settings: AppSettings,
        principal: LoggedIn,
        session: WriteSession,
        if_match: IfMatch = None,
    ) -> Response:
        filing = service.submit_with_pledge(
            session,
            filing_id,
            name,
            body.pledge_version,
            principal=principal,
            settings=settings,
            if_match=if_match,
        )
        return versioned(read_filing(session, filing, principal), filing)


def _add_move(name: str, summary: str, text: str) -> None:
    @router.post(
        f"/{{filing_id}}/{name.replace('_', '-')}",
        name=name,
        summary=summary,
        description=text,
        response_model=FilingRead,
        responses=CHANGING,
    )
    def move(
        filing_id: UUID,
        body: Sent[FilingNote],
        settings: AppSettings,
        principal: LoggedIn,
        session: WriteSession,
        if_match: IfMatch = None,
    ) -> Response:
        if name == "withdraw" or (
            name == "cancel" and not allowed(principal, Action.FILING_REVIEW, own=False)
        ):
            filing = service.withdraw_or_cancel(
                session, filing_id, name, body.note, principal=principal, if_match=if_match
            )
        else:
            filing = review(
                session,
                filing_id,
                name,
                body.note,
                principal=principal,
                settings=settings,
                if_match=if_match,
            )
        return versioned(read_filing(session, filing, principal), filing)


_add_signed("submit", "提交备案申请", "须同时签署现行版本的承诺书。")
_add_signed(
    "renew",
    "申请续期",
    "到期前规定天数内或到期后可以申请，须重新签署承诺书；审核期间原备案在有效期内仍然有效。",
)
_add_move("withdraw", "撤回备案申请", "待审的申请可以撤回，恢复为草稿。")
_add_move("approve", "批准备案", "生成备案号。跨机构任职须先经任职单位同意。")
_add_move("return", "退回备案申请", "须说明意见。")
_add_move("approve_renewal", "批准续期", "备案号不变，有效期顺延。")
_add_move("return_renewal", "退回续期申请", "须说明意见；原备案未到期的继续有效。")
_add_move("suspend", "暂停备案", "须说明理由。")
_add_move("resume", "恢复备案", "已过有效期的转为到期。")
_add_move("cancel", "注销备案", "本人可以申请注销，管理部门可以依规注销；须说明理由。备案号不再使用。")
