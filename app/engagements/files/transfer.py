"""Upload and download of files over HTTP, shared by all routes with files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.datastructures import UploadFile

from app.accounts.access.principal import Principal
from app.accounts.audit.requests import note_read
from app.engagements.files.encrypted_storage import EncryptedStore
from app.errors import Invalid

FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "title": "PDF、PNG、JPG、DOCX 或 XLSX"}
                    },
                }
            }
        },
    }
}
"""OpenAPI of a route whose form is read by `received`."""


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[UploadFile]:
    """The form's `file`. Call it only after authentication, so that anonymous uploads are never read.

    Raises:
        Invalid: the form has no file.
    """
    async with request.form(max_files=1, max_fields=4) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Invalid.field(
                "file", "missing", "请通过表单字段 file 上传文件", "must be sent as the form field `file`"
            )
        yield file


def as_attachment(
    store: EncryptedStore,
    key: str,
    *,
    name: str,
    media_type: str | None,
    size: int | None,
    sha256: str | None,
    reader: Principal,
    subject_id: UUID,
) -> StreamingResponse:
    """A stored file, to be saved. `reader` and `subject_id` (the file's row) go to the audit trail."""
    note_read(reader, "file.download", subject_id, sha256 or "")
    return StreamingResponse(
        store.read_as_named(key, sha256 or ""),
        media_type=media_type,
        headers={
            "Content-Length": str(size),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            # Uploaded content must never run as a page of this site.
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
            "ETag": f'"{sha256}"',
        },
    )
