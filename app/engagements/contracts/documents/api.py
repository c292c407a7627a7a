"""Routes of a contract's documents."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import UploadFile

from app.accounts.access.permissions import Action, CurrentPrincipal, LoggedIn, require
from app.accounts.idempotency import Idempotent
from app.conditional_requests import versioned
from app.database import AppDatabase, ReadSession, WriteSession
from app.engagements.contracts.documents import service as documents
from app.engagements.contracts.documents.listing import document_page
from app.engagements.files.encrypted_storage import AppFiles
from app.engagements.files.service import examine, store_bytes
from app.engagements.files.transfer import FORM, as_attachment, received
from app.engagements.schemas import FileRead
from app.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
    problems,
)
from app.libraries.schemas import Wire
from app.paging import Page, Paging
from app.services import AppSettings

router = APIRouter(
    prefix="/v1/contracts",
    tags=["技术合同 Contracts"],
    responses=problems(Unauthenticated, Forbidden, Invalid),
)


async def received_file(request: Request, principal: LoggedIn) -> AsyncIterator[UploadFile]:
    """The form's `file`, read only after authentication, so that anonymous uploads are never read."""
    require(principal, Action.CONTRACT_FILE, own=True)
    async with received(request) as file:
        yield file


class _Upload(Wire):
    """The properties that make two uploads equal for an Idempotency-Key."""

    name: str
    sha256: str


@router.post(
    "/{contract_id}/files",
    name="add_file",
    summary="上传合同文件",
    status_code=201,
    response_model=FileRead,
    responses=problems(NotFound, Conflict, TooLarge, Unavailable),
    openapi_extra=FORM,
)
def add_file(
    contract_id: UUID,
    request: Idempotent,
    database: AppDatabase,
    settings: AppSettings,
    store: AppFiles,
    file: Annotated[UploadFile, Depends(received_file)],
    principal: CurrentPrincipal,
    session: WriteSession,
) -> Response:
    """支持 PDF、PNG、JPG、DOCX 和 XLSX，默认不超过 20 MB；类型根据内容判定。"""
    with database.reading() as before:
        documents.check_upload(before, contract_id, principal=principal)
    examined = examine(file.file, file.filename or "", settings=settings)
    # Bytes are stored before the transaction begins, so that no lock is held during the upload.
    stored = None if request.is_repeated() else store_bytes(store, contract_id, file.file, examined)

    def create() -> Response:
        key_of_bytes = stored or store_bytes(store, contract_id, file.file, examined)
        row = documents.add_file(
            session, contract_id, received=examined, storage_key=key_of_bytes, principal=principal
        )
        return versioned(FileRead.model_validate(row), None, status=201)

    return request.once(_Upload(name=examined.name, sha256=examined.sha256), create)


@router.get("/{contract_id}/files", name="files", summary="合同文件列表", responses=problems(NotFound))
def list_files(
    contract_id: UUID, principal: CurrentPrincipal, session: ReadSession, paging: Paging
) -> Page[FileRead]:
    """合同双方、参与的技术经理人和管理部门可以查看。"""
    return document_page(session, contract_id, paging, principal=principal)


@router.get(
    "/{contract_id}/files/{file_id}/content",
    name="download_file",
    summary="下载合同文件",
    response_class=Response,
    responses=problems(NotFound, Unavailable),
)
def download_file(
    contract_id: UUID, file_id: UUID, store: AppFiles, principal: CurrentPrincipal, session: ReadSession
) -> Response:
    file = documents.get_file(session, contract_id, file_id, principal=principal)
    return as_attachment(
        store,
        file.storage_key,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        reader=principal,
        subject_id=file.id,
    )


@router.delete(
    "/{contract_id}/files/{file_id}",
    name="remove_file",
    summary="删除合同文件",
    status_code=204,
    responses=problems(NotFound, Conflict),
)
def remove_file(contract_id: UUID, file_id: UUID, principal: CurrentPrincipal, session: WriteSession) -> None:
    """仅可由上传者或管理部门删除；作为签署凭证的扫描件不能删除。"""
    documents.remove_file(session, contract_id, file_id, principal=principal)
