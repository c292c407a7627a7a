"""Documents of a contract: taken, given out, removed."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from app.database import AppDatabase, ReadSession
from app.engagements.contracts.access import id_of_number
from app.engagements.contracts.documents import service as documents
from app.engagements.files.encrypted_storage import AppFiles
from app.engagements.files.service import examine, store_bytes
from app.engagements.files.transfer import as_attachment
from app.errors import Conflict, Invalid, TooLarge
from app.services import AppSettings
from app.web.contracts.sheet import run, show_contract
from app.web.page import CurrentPage
from app.web.posted import Posted, id_of

router = APIRouter()


async def uploaded(request: Request, _page: CurrentPage, _posted: Posted) -> AsyncIterator[UploadFile | None]:
    """The file of the form, read only once the reader may open the page, and closed after the answer."""
    form = await request.form()
    try:
        file = form.get("file")
        yield file if isinstance(file, UploadFile) and file.filename else None
    finally:
        await form.close()


@router.post("/contracts/{number}/file", name="contract_file")
def file(
    page: CurrentPage,
    number: str,
    posted: Posted,
    database: AppDatabase,
    settings: AppSettings,
    store: AppFiles,
    upload: Annotated[UploadFile | None, Depends(uploaded)],
) -> Response:
    """Takes a document, or removes one."""
    principal = page.principal
    if posted.get("remove"):
        return run(
            page,
            number,
            posted,
            database,
            lambda session, id_: documents.remove_file(
                session, id_, id_of(posted, "remove"), principal=principal
            ),
            notice="deleted",
        )
    page.take_display(posted)
    try:
        with database.reading() as before:
            contract_id = id_of_number(before, number, principal=principal)
            documents.check_upload(before, contract_id, principal=principal)
        if upload is None:
            raise Invalid.field("file", "missing", "请选择要上传的文件", "choose the file to upload")
        examined = examine(upload.file, upload.filename or "", settings=settings)
        # Bytes are stored before the transaction begins, so that no lock is held during the upload.
        key = store_bytes(store, contract_id, upload.file, examined)
        with database.unit_of_work() as session:
            documents.add_file(session, contract_id, received=examined, storage_key=key, principal=principal)
    except (Conflict, Invalid, TooLarge) as error:
        with database.reading() as session:
            return show_contract(page, session, number, error=error)
    return page.redirect(f"/contracts/{number}", notice="saved")


@router.get("/contracts/{number}/files/{file}", name="contract_file_content")
def content(page: CurrentPage, number: str, file: UUID, session: ReadSession, store: AppFiles) -> Response:
    """The document, to be saved."""
    contract_id = id_of_number(session, number, principal=page.principal)
    found = documents.get_file(session, contract_id, file, principal=page.principal)
    return as_attachment(
        store,
        found.storage_key,
        name=found.name,
        media_type=found.media_type,
        size=found.size,
        sha256=found.sha256,
        reader=page.principal,
        subject_id=found.id,
    )
