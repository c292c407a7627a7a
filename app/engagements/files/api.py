"""Routes of files."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import UploadFile

from app.accounts.access.permissions import Action, CurrentPrincipal, LoggedIn, require
from app.accounts.idempotency import Idempotent
from app.conditional_requests import versioned
from app.database import AppDatabase, ReadSession, WriteSession
from app.engagements.api import CHANGING, TAG
from app.engagements.files import service as files
from app.engagements.files.encrypted_storage import AppFiles
from app.engagements.files.listing import files_page
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

router = APIRouter(prefix="/v1", tags=[TAG], responses=problems(Unauthenticated, Forbidden, Invalid))

_READING = problems(NotFound, Conflict)


async def received_file(request: Request, principal: LoggedIn) -> AsyncIterator[UploadFile]:
    """The form's `file`, read only after authentication, so that anonymous uploads are never read."""
    require(principal, Action.ENGAGEMENT_WRITE, own=True)
    async with received(request) as file:
        yield file


class _Upload(Wire):
    """The properties that make two uploads equal for an Idempotency-Key."""

    name: str
    sha256: str


@router.post(
    "/engagements/{engagement_id}/files",
    name="add_file",
    summary="上传文件",
    status_code=201,
    response_model=FileRead,
    responses=CHANGING | problems(TooLarge, Unavailable),
    openapi_extra=FORM,
)
def add_file(
    engagement_id: UUID,
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
        files.check_upload(before, engagement_id, principal=principal)
    examined = files.examine(file.file, file.filename or "", settings=settings)
    # Bytes are stored before the transaction begins, so that no lock is held during the upload.
    stored = None if request.is_repeated() else files.store_bytes(store, engagement_id, file.file, examined)

    def create() -> Response:
        key_of_bytes = stored or files.store_bytes(store, engagement_id, file.file, examined)
        row = files.add_file(
            session, engagement_id, received=examined, storage_key=key_of_bytes, principal=principal
        )
        return versioned(FileRead.model_validate(row), None, status=201)

    return request.once(_Upload(name=examined.name, sha256=examined.sha256), create)


@router.get("/engagements/{engagement_id}/files", name="files", summary="文件列表", responses=_READING)
def list_files(
    engagement_id: UUID,
    principal: CurrentPrincipal,
    session: ReadSession,
    paging: Paging,
) -> Page[FileRead]:
    """投资人等第三方在供需双方均开放文件后方可查看，此前仅可查看本人上传的文件。"""
    return files_page(session, engagement_id, paging, principal=principal)


@router.get(
    "/engagements/{engagement_id}/files/{file_id}/content",
    name="download_file",
    summary="下载文件",
    response_class=Response,
    responses=_READING | problems(Unavailable),
)
def download_file(
    engagement_id: UUID,
    file_id: UUID,
    store: AppFiles,
    principal: CurrentPrincipal,
    session: ReadSession,
) -> Response:
    file = files.get_file(session, engagement_id, file_id, principal=principal)
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
    "/engagements/{engagement_id}/files/{file_id}",
    name="remove_file",
    summary="删除文件",
    status_code=204,
    responses=CHANGING,
)
def remove_file(
    engagement_id: UUID, file_id: UUID, principal: CurrentPrincipal, session: WriteSession
) -> None:
    """仅可由上传者、牵头经理人或管理部门删除。"""
    files.remove_file(session, engagement_id, file_id, principal=principal)
