"""Files in and out over HTTP: the bytes of an upload, and a workbook to be saved."""

from typing import BinaryIO

from fastapi import Response

from app.exchange.readers.recognition import MAX_BYTES
from app.exchange.readers.refusals import refusal
from app.talent.spreadsheets import XLSX_TYPE


def bytes_of(file: BinaryIO) -> bytes:
    """The bytes of an upload.

    Raises:
        Invalid: there are too many.
    """
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise refusal("file_too_large")
    return data


def as_workbook(data: bytes, name: str) -> Response:
    """An XLSX file, to be saved under this name (ASCII)."""
    disposition = f'attachment; filename="{name}"'
    return Response(data, media_type=XLSX_TYPE, headers={"Content-Disposition": disposition})
