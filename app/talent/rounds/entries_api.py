"""Routes of round entries: evaluation, decisions and objections."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.accounts.access.permissions import LoggedIn
from app.accounts.idempotency import Idempotent
from app.conditional_requests import IfMatch, tagged, versioned
from app.database import ReadSession, WriteSession
from app.errors import Conflict, Forbidden, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.paging import Page, Paging
from app.pdf.responses import PDF, Paper, as_pdf
from app.services import AppSettings
from app.talent.responses import CHANGING, CREATING, LISTING, READING, create
from app.talent.rounds import decisions
from app.talent.rounds.listing import entry_detail, objection_page
from app.talent.rounds.models import Objection
from app.talent.rounds.paper import certificate
from app.talent.rounds.schemas import (
    DecisionSent,
    EntryDetail,
    ObjectionAnswer,
    ObjectionCreate,
    ObjectionRead,
    RoundEntryRead,
)

router = APIRouter(
    prefix="/v1", tags=["年度认定 Recognition"], responses=problems(Unauthenticated, Forbidden)
)


@router.get("/recognition-entries/{entry_id}", summary="认定条目的计算过程", responses=READING)
def get_entry(entry_id: UUID, principal: LoggedIn, session: ReadSession, response: Response) -> EntryDetail:
    """根据冻结的数据、规则和选择，逐份合同列出。"""
    entry = entry_detail(session, entry_id, principal=principal)
    return tagged(response, entry, entry)


@router.get(
    "/recognition-entries/{entry_id}/certificate.pdf",
    summary="认定证书 PDF",
    response_class=Response,
    responses=READING | problems(Conflict) | PDF,
)
def get_certificate(
    entry_id: UUID, principal: LoggedIn, session: ReadSession, paper: Paper, settings: AppSettings
) -> Response:
    """认定结果公布后，本人、所在机构和管理部门可以下载。需安装附加组件 pdf。"""
    content = certificate(session, entry_id, paper=paper, public_url=settings.public_url, principal=principal)
    return as_pdf(content, f"certificate-{entry_id}")


@router.post(
    "/recognition-entries/{entry_id}/decide",
    summary="审定或更正",
    response_model=RoundEntryRead,
    responses=CHANGING,
)
def decide(
    entry_id: UUID,
    body: Sent[DecisionSent],
    principal: LoggedIn,
    session: WriteSession,
    if_match: IfMatch = None,
) -> Response:
    """“可认定”的人员由管理部门审定；与计算结果不同的，须说明理由。"""
    entry = decisions.decide(
        session, entry_id, body.tier, body.reason, principal=principal, if_match=if_match
    )
    return versioned(RoundEntryRead.model_validate(entry), entry)


@router.post(
    "/recognition-rounds/{round_id}/objections",
    summary="提出异议",
    status_code=201,
    response_model=ObjectionRead,
    responses=CREATING,
)
def raise_objection(
    round_id: UUID,
    body: Sent[ObjectionCreate],
    principal: LoggedIn,
    session: WriteSession,
    request: Idempotent,
) -> Response:
    """冻结后、公布前，由本人或所在机构提出。"""

    def make() -> tuple[ObjectionRead, Objection]:
        row = decisions.raise_objection(session, round_id, body.manager_id, body.text, principal=principal)
        return ObjectionRead.model_validate(row), row

    return create(request, body, make)


@router.get("/recognition-rounds/{round_id}/objections", summary="异议列表", responses=LISTING | READING)
def list_objections(
    round_id: UUID,
    principal: LoggedIn,
    session: ReadSession,
    paging: Paging,
    open_only: Annotated[bool, Query(description="仅列出待处理的异议")] = False,
) -> Page[ObjectionRead]:
    return objection_page(session, paging, round_id, open_only=open_only, principal=principal)


@router.post("/recognition-objections/{objection_id}/answer", summary="答复异议", responses=CHANGING)
def answer_objection(
    objection_id: UUID, body: Sent[ObjectionAnswer], principal: LoggedIn, session: WriteSession
) -> ObjectionRead:
    """异议成立的，按填写的类别更正，以答复作为理由。"""
    row = decisions.answer_objection(
        session, objection_id, upheld=body.upheld, text=body.answer, tier=body.tier, principal=principal
    )
    return ObjectionRead.model_validate(row)
