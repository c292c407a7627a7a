"""Routes of scans of certificates."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import UploadFile

from app.accounts.access.permissions import Action, LoggedIn, require
from app.conditional_requests import IfMatch, versioned
from app.database import AppDatabase, ReadSession, WriteSession
from app.engagements.files.encrypted_storage import AppFiles
from app.engagements.files.service import examine, store_bytes
from app.engagements.files.transfer import FORM, as_attachment, received
from app.errors import Forbidden, TooLarge, Unauthenticated, Unavailable, problems
from app.services import AppSettings
from app.talent.certificates import evidence
from app.talent.certificates.listing import read
from app.talent.certificates.schemas import CertificateRead
from app.talent.responses import CHANGING, READING

router = APIRouter(prefix="/v1", tags=["证书 Certificates"], responses=problems(Unauthenticated, Forbidden))


async def received_scan(request: Request, principal: LoggedIn) -> AsyncIterator[UploadFile]:
    """The form's `file`, read only after authentication, so that anonymous uploads are never read."""
    require(principal, Action.CERTIFICATE_CREATE, own=True)
    async with received(request) as file:
        yield file


@router.put(
    "/certificates/{certificate_id}/evidence",
    summary="上传证书扫描件",
    response_model=CertificateRead,
    responses=CHANGING | problems(TooLarge),
    openapi_extra=FORM,
)
def upload(
    certificate_id: UUID,
    database: AppDatabase,
    settings: AppSettings,
    store: AppFiles,
    file: Annotated[UploadFile, Depends(received_scan)],
    principal: LoggedIn,
    session: WriteSession,
    if_match: IfMatch = None,
) -> Response:
    """核验前可以上传或更换；类型根据内容判定。"""
    with database.reading() as before:
        evidence.find_changeable(before, certificate_id, principal=principal)
    examined = examine(file.file, file.filename or "", settings=settings)
    # Bytes are stored before the transaction begins, so that no lock is held during the upload.
    key = store_bytes(store, certificate_id, file.file, examined)
    certificate = evidence.attach(
        session, certificate_id, received=examined, key=key, principal=principal, if_match=if_match
    )
    return versioned(read(certificate), certificate)


@router.get(
    "/certificates/{certificate_id}/evidence",
    summary="下载证书扫描件",
    response_class=Response,
    responses=READING | problems(Unavailable),
)
def download(certificate_id: UUID, store: AppFiles, principal: LoggedIn, session: ReadSession) -> Response:
    certificate = evidence.scan_of(session, certificate_id, principal=principal)
    return as_attachment(
        store,
        str(certificate.evidence_key),
        name=str(certificate.evidence_name),
        media_type=certificate.evidence_type,
        size=certificate.evidence_size,
        sha256=certificate.evidence_sha256,
        reader=principal,
        subject_id=certificate.id,
    )
