"""Routes of /v1/imports."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.datastructures import UploadFile

from app.accounts.access.permissions import Action, CurrentPrincipal, LoggedIn, require
from app.database import AppDatabase, ReadSession, WriteSession
from app.engagements.files.transfer import FORM, received
from app.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge, Unauthenticated, problems
from app.errors.request_bodies import Sent
from app.exchange.batches import results
from app.exchange.batches.commit import Committer
from app.exchange.batches.corrections import correct, join
from app.exchange.batches.listing import accept, batch_page, batch_read, row_page, row_read
from app.exchange.batches.models import ImportBatch, RowAction, RowState
from app.exchange.batches.preview import preview
from app.exchange.batches.reversal import Reversal
from app.exchange.batches.schemas import (
    BatchRead,
    CommitRead,
    CommitRequest,
    HeadersPut,
    HeadersRead,
    RowPatch,
    RowRead,
    UndoRead,
)
from app.exchange.batches.senders import confirm_headers, learnt_headers, sender_of
from app.exchange.batches.workbooks import ScannedFile, as_workbook, bytes_of
from app.exchange.headers.dictionary import Kind
from app.exchange.templates import template
from app.libraries.http.dependencies import AppIndexer
from app.load_limits.dependencies import REFUSALS, PublishingTurn
from app.paging import Page, Paging
from app.services import AppSettings

router = APIRouter(
    prefix="/v1/imports", tags=["imports"], responses=problems(Unauthenticated, Forbidden, Invalid)
)

_FOUND = problems(NotFound)

Sender = Annotated[
    str | None, Query(max_length=100, description="报送单位；仅管理部门填写，其他用户为本单位")
]


async def received_file(request: Request, principal: LoggedIn) -> AsyncIterator[UploadFile]:
    """The form's `file`, read only for those who may import."""
    require(principal, Action.IMPORT_CREATE, own=True)
    async with received(request) as file:
        yield file


def scanned_file(file: Annotated[UploadFile, Depends(received_file)], settings: AppSettings) -> ScannedFile:
    """The bytes of the file. A route names them before its turn, which must not wait for a virus scanner."""
    return ScannedFile(file.filename or "", bytes_of(file.file, settings))


Received = Annotated[ScannedFile, Depends(scanned_file)]


@router.post(
    "",
    name="create",
    summary="上传并预览",
    status_code=201,
    responses=problems(TooLarge) | REFUSALS,
    openapi_extra=FORM,
)
def create(
    file: Received,
    _: PublishingTurn,  # after the file: a turn watches the connection, which the form is read from
    principal: CurrentPrincipal,
    database: AppDatabase,
    settings: AppSettings,
    sender: Sender = None,
) -> BatchRead:
    """读取 XLSX、XLS、ET、CSV、JSON、DOCX、PDF、HTML 等文件，返回每行将如何处理，不写入任何记录。文件本身不保存。

    questions 列出看不出类别的清单和未认出的列，附样例和可能的字段；说明后再次上传。"""
    batch_id = preview(database, settings, file.data, name=file.name, sender=sender, principal=principal)
    with database.reading() as session:
        return BatchRead.model_validate(session.get_one(ImportBatch, batch_id))


@router.get("", name="list", summary="批次列表")
def list_(principal: LoggedIn, session: ReadSession, paging: Paging) -> Page[BatchRead]:
    """管理部门可见全部批次，其他用户可见本单位的批次。"""
    return batch_page(session, paging, principal=principal)


@router.get("/headers", name="headers", summary="已确认的列名含义")
def headers(principal: LoggedIn, session: ReadSession, sender: Sender = None) -> HeadersRead:
    """同一报送单位以后的文件自动沿用。"""
    require(principal, Action.IMPORT_READ, own=True)
    whose = sender_of(principal, sender)
    return HeadersRead(sender=whose, headers=dict(learnt_headers(session, whose)))


@router.put("/headers", name="set_headers", summary="确认列名含义")
def set_headers(body: Sent[HeadersPut], principal: LoggedIn, session: WriteSession) -> HeadersRead:
    """确认列名对应的字段和清单的类别，按报送单位记住；字段为空表示不导入该列。"""
    whose = sender_of(principal, body.sender)
    confirm_headers(session, whose, body.headers, principal=principal, kind=body.kind)
    session.flush()
    return HeadersRead(sender=whose, headers=dict(learnt_headers(session, whose)))


@router.get(
    "/templates/{kind}", name="template", summary="下载模板", response_class=Response, responses=_FOUND
)
def download_template(kind: Kind, principal: LoggedIn) -> Response:
    """XLSX 模板，代码列有下拉列表。"""
    require(principal, Action.IMPORT_READ, own=True)
    return as_workbook(template(kind), f"{kind.value}-template.xlsx")


@router.get("/{batch_id}", name="get", summary="查看批次", responses=_FOUND)
def get(batch_id: UUID, principal: LoggedIn, session: ReadSession) -> BatchRead:
    """批次的状态和读取结果。"""
    return batch_read(session, batch_id, principal=principal)


@router.get("/{batch_id}/rows", name="rows", summary="批次的行", responses=_FOUND)
def rows(
    batch_id: UUID,
    principal: LoggedIn,
    session: ReadSession,
    paging: Paging,
    action: Annotated[RowAction | None, Query(description="按处理方式筛选")] = None,
    state: Annotated[RowState | None, Query(description="按状态筛选")] = None,
) -> Page[RowRead]:
    """每行的字段、来源单元格、推断和问题。"""
    return row_page(session, batch_id, paging, principal=principal, action=action, state=state)


@router.patch(
    "/{batch_id}/rows/{row_id}",
    name="change_row",
    summary="确认或更正一行",
    responses=problems(NotFound, Conflict),
)
def change_row(
    batch_id: UUID, row_id: UUID, body: Sent[RowPatch], principal: LoggedIn, session: WriteSession
) -> RowRead:
    """确认推断（未确认的不写入记录），更正读取的值，或指明该行即库中的哪条记录（similar 中的一条）。"""
    if body.values:
        correct(session, batch_id, row_id, body.values, principal=principal)
    if "same_as" in body.model_fields_set:
        join(session, batch_id, row_id, body.same_as, principal=principal)
    if body.accepted is None:
        return row_read(session, batch_id, row_id, principal=principal)
    return accept(session, batch_id, row_id, body.accepted, principal=principal)


@router.post(
    "/{batch_id}/commit",
    name="commit",
    summary="导入",
    responses=problems(NotFound, Conflict) | REFUSALS,
)
def commit(
    batch_id: UUID,
    body: Sent[CommitRequest],
    principal: LoggedIn,
    _: PublishingTurn,
    database: AppDatabase,
    indexer: AppIndexer,
    settings: AppSettings,
) -> CommitRead:
    """每次至多导入 100 行；waiting 大于 0 时再次调用即继续。一行不通过不影响其他行。"""
    committer = Committer(
        database, indexer, settings, principal, publish=body.publish, accept_derived=body.accept_derived
    )
    waiting = committer.store_rows(batch_id)
    with database.reading() as session:
        return CommitRead(
            waiting=waiting, batch=BatchRead.model_validate(session.get_one(ImportBatch, batch_id))
        )


@router.post("/{batch_id}/undo", name="undo", summary="撤销", responses=problems(NotFound, Conflict))
def undo(
    batch_id: UUID, principal: LoggedIn, database: AppDatabase, indexer: AppIndexer, settings: AppSettings
) -> UndoRead:
    """新增的记录删除或下架，更新的记录恢复原值；导入后有人修改过的记录保留。"""
    kept = Reversal(database, indexer, settings, principal).undo(batch_id)
    with database.reading() as session:
        return UndoRead(kept=kept, batch=BatchRead.model_validate(session.get_one(ImportBatch, batch_id)))


@router.post(
    "/{batch_id}/marked-file",
    name="marked_file",
    summary="带结果的原文件",
    response_class=Response,
    responses=problems(NotFound, TooLarge) | REFUSALS,
    openapi_extra=FORM,
)
def marked_file(
    batch_id: UUID,
    file: Received,
    _: PublishingTurn,
    principal: CurrentPrincipal,
    session: ReadSession,
) -> Response:
    """再次提交同一文件，返回增加“导入结果”一列的 XLSX；平台不保存原文件。"""
    data = results.marked_file(session, batch_id, file.data, principal=principal)
    return as_workbook(data, "result.xlsx")
