"""A file over HTTP, up and down; the same for every route that takes or gives one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.datastructures import UploadFile

from app.engagements.files.storage import Store
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
"""What the description says of a route whose form `received` reads itself."""


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[UploadFile]:
    """The form's `file`; to be called only after the caller is known: a stranger's bytes are never taken in.

    Raises:
        Invalid: there is none.
    """
    async with request.form(max_files=1, max_fields=4) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Invalid.field(
                "file", "missing", "请以表单字段 file 上传文件", "send a file as form field `file`"
            )
        yield file


def as_attachment(
    store: Store, key: str, *, name: str, media_type: str | None, size: int | None, sha256: str | None
) -> StreamingResponse:
    return StreamingResponse(
        store.read(key),
        media_type=media_type,
        headers={
            "Content-Length": str(size),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            # What others uploaded must never run as a page of ours.
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
            "ETag": f'"{sha256}"',
        },
    )
