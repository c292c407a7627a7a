"""Routes of recognition rounds."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.accounts.access.permissions import Action, CurrentPrincipal, LoggedIn, require
from app.accounts.idempotency import Idempotent
from app.conditional_requests import IfMatch, versioned
from app.database import ReadSession, WriteSession
from app.errors import Conflict, Forbidden, NotFound, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.paging import Page, Paging
from app.pdf.responses import PDF, Paper, as_pdf
from app.talent import transitions
from app.talent.filings.schemas import FilingMoveRead
from app.talent.responses import CHANGING, CREATING, LISTING, READING, create
from app.talent.rounds import export, service
from app.talent.rounds import paper as paper_files
from app.talent.rounds.listing import entry_page, round_page
from app.talent.rounds.models import (
    Decision,
    RecognitionRound,
)
from app.talent.rounds.presenter import read_round
from app.talent.rounds.recognitions import published_recognitions
from app.talent.rounds.schemas import (
    FileFormat,
    RecognitionRead,
    RecomputationRead,
    RoundCreate,
    RoundEntryRead,
    RoundNote,
    RoundRead,
    Sheet,
)
from app.talent.rounds.verification import frozen_round, verified_round
from app.talent.spreadsheets import CSV_TYPE, XLSX_TYPE, as_csv
from app.talent.tiers.enums import Tier
from app.talent.tiers.schemas import Year

router = APIRouter(
    prefix="/v1", tags=["年度认定 Recognition"], responses=problems(Unauthenticated, Forbidden)
)

_MEDIA = {
    FileFormat.CSV: CSV_TYPE,
    FileFormat.XLSX: XLSX_TYPE,
}


@router.get("/recognitions", summary="已公布的人才认定", responses=LISTING)
def list_recognitions(
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
    year: Annotated[Year | None, Query(description="年度")] = None,
    tiers: Annotated[list[Tier] | None, Query(alias="tier", description="人才类别，可多选")] = None,
) -> Page[RecognitionRead]:
    """向社会公开姓名、类别和年度。"""
    return published_recognitions(session, paging, principal=principal, year=year, tiers=tiers or ())


@router.get(
    "/recognitions.pdf",
    summary="认定名单 PDF",
    response_class=Response,
    responses=problems(NotFound) | PDF,
)
def recognition_list(
    principal: CurrentPrincipal,
    session: ReadSession,
    paper: Paper,
    year: Annotated[Year, Query(description="年度")],
) -> Response:
    """一个年度已公布的认定名单。需安装附加组件 pdf。"""
    content = paper_files.recognition_list(session, year, paper=paper, principal=principal)
    return as_pdf(content, f"recognitions-{year}")


@router.post(
    "/recognition-rounds",
    summary="开始年度认定",
    status_code=201,
    response_model=RoundRead,
    responses=CREATING,
)
def open_round(
    body: Sent[RoundCreate],
    principal: LoggedIn,
    session: WriteSession,
    request: Idempotent,
) -> Response:
    def make() -> tuple[RoundRead, RecognitionRound]:
        round_ = service.open_round(session, body.year, body.title, principal=principal)
        return read_round(session, round_, principal), round_

    return create(request, body, make, location="/v1/recognition-rounds")


@router.get("/recognition-rounds", summary="年度认定列表", responses=LISTING)
def list_rounds(principal: LoggedIn, session: ReadSession, paging: Paging) -> Page[RoundRead]:
    return round_page(session, paging, principal=principal)


@router.get(
    "/recognition-rounds/{round_id}", summary="一次年度认定", response_model=RoundRead, responses=READING
)
def get_round(round_id: UUID, principal: LoggedIn, session: ReadSession) -> Response:
    round_ = service.find(session, round_id, principal=principal)
    return versioned(read_round(session, round_, principal), round_)


@router.get("/recognition-rounds/{round_id}/moves", summary="年度认定办理记录", responses=READING)
def list_moves(round_id: UUID, principal: LoggedIn, session: ReadSession) -> list[FilingMoveRead]:
    require(principal, Action.ROUND_MANAGE)
    round_ = service.find(session, round_id, principal=principal)
    return [FilingMoveRead.model_validate(row) for row in session.scalars(transitions.history(round_.id))]


@router.get("/recognition-rounds/{round_id}/entries", summary="认定条目", responses=LISTING | READING)
def list_entries(
    round_id: UUID,
    principal: LoggedIn,
    session: ReadSession,
    paging: Paging,
    tiers: Annotated[list[Tier] | None, Query(alias="tier", description="计算类别，可多选")] = None,
    decision: Annotated[Decision | None, Query(description="决定方式")] = None,
) -> Page[RoundEntryRead]:
    """按人才编号排列。技术经理人可查看本人记录，机构可查看本单位人员记录，管理部门可查看全部。"""
    return entry_page(session, paging, round_id, tiers=tiers, decision=decision, principal=principal)


@router.post(
    "/recognition-rounds/{round_id}/recompute", summary="重算核对", responses=READING | problems(Conflict)
)
def recompute_round(round_id: UUID, principal: LoggedIn, session: ReadSession) -> RecomputationRead:
    """根据冻结的数据逐人重算，并与保存的结果核对；另列出冻结后合同、证书的变化。不写入任何数据。"""
    return verified_round(session, round_id, principal=principal)


@router.get(
    "/recognition-rounds/{round_id}/export",
    summary="导出认定结果",
    response_class=Response,
    responses=READING
    | problems(Conflict)
    | {200: {"content": {media: {} for media in _MEDIA.values()}, "description": "CSV 或 XLSX 文件"}},
)
def export_round(
    round_id: UUID,
    principal: LoggedIn,
    session: ReadSession,
    file_format: Annotated[FileFormat, Query(alias="format", description="文件格式")] = FileFormat.XLSX,
    sheet: Annotated[
        Sheet, Query(description="CSV 的内容：entries 认定结果 contracts 合同明细")
    ] = Sheet.ENTRIES,
) -> Response:
    """XLSX 含认定结果、合同明细、规则与口径三张表；CSV 为其中一张。"""
    require(principal, Action.ROUND_MANAGE)
    round_ = frozen_round(session, round_id, principal)
    entries = export.entries_of(session, round_)
    if file_format is FileFormat.XLSX:
        content = export.as_xlsx(round_, entries)
    elif sheet is Sheet.CONTRACTS:
        content = as_csv(export.CONTRACT_HEADERS, export.contract_rows(round_, entries))
    else:
        content = as_csv(export.ENTRY_HEADERS, export.entry_rows(round_, entries))
    name = f"{round_.number}-{sheet.value}.{file_format.value}"
    return Response(
        content,
        media_type=_MEDIA[file_format],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _add_move(name: str, summary: str, text: str) -> None:
    @router.post(
        f"/recognition-rounds/{{round_id}}/{name}",
        name=f"{name}_round",
        summary=summary,
        description=text,
        response_model=RoundRead,
        responses=CHANGING,
    )
    def move(
        round_id: UUID,
        body: Sent[RoundNote],
        principal: LoggedIn,
        session: WriteSession,
        if_match: IfMatch = None,
    ) -> Response:
        round_ = service.change_state(
            session, round_id, name, body.note, principal=principal, if_match=if_match
        )
        return versioned(read_round(session, round_, principal), round_)


_add_move(
    "freeze",
    "冻结数据",
    "保存每位技术经理人的合同（含版本和比例）、证书、规则和选择；之后的变化不影响本次认定。",
)
_add_move("reopen", "重新开放", "放弃冻结的数据和已作出的决定，须说明理由。")
_add_move("review", "审核完成", "“可认定”的人员须已逐一审定。")
_add_move("publish", "公布", "异议须已全部处理。认定类别写入技术经理人记录，并向社会公开。")
_add_move("cancel", "取消年度认定", "须说明理由；公布后不能取消。")
