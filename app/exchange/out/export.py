"""An export: written to a temporary file, recorded in the audit log, and sent in pieces."""

import tempfile
from collections.abc import Callable, Iterator
from typing import IO
from urllib.parse import quote

from fastapi.responses import StreamingResponse

from app.accounts import audit
from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.clock import today
from app.database import Database

IN_MEMORY = 1024 * 1024
"""Bytes above which the file goes to the disk."""
PIECE = 64 * 1024


def send(
    database: Database,
    principal: Principal,
    write: Callable[[IO[bytes]], int],
    *,
    name: str,
    suffix: str,
    media_type: str,
) -> StreamingResponse:
    """Write a file, record who has taken it, and answer with it.

    Args:
        write: writes to the file and returns the number of records.
        name: of the list, for the file's name and the audit log.
    """
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 — closed when it was sent
    try:
        count = write(file)
        with database.unit_of_work() as session:
            audit.record(session, principal, Action.EXPORT_CREATE, None, f"{name}.{suffix}: {count}")
        size = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{name}-{today()}.{suffix}', safe='')}",
        "Content-Length": str(size),
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(_pieces(file), media_type=media_type, headers=headers)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
