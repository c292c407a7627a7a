"""Files in and out over HTTP: the bytes of an upload, and a workbook to be saved."""

from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO

from fastapi import Response

from app.engagements.files.virus_scanner import refuse_infected
from app.exchange.readers.recognition import MAX_BYTES
from app.exchange.readers.refusals import refusal
from app.settings import Settings
from app.talent.spreadsheets import XLSX_TYPE


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """An upload that the scanner has passed, if one is set: its name as it was sent, and its bytes."""

    name: str
    data: bytes = field(repr=False)


def bytes_of(file: BinaryIO, settings: Settings) -> bytes:
    """The bytes of an upload, once a virus scanner has passed them, if one is set.

    Raises:
        Invalid: there are too many, or they hold a virus.
        Unavailable: the scanner does not answer.
    """
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise refusal("file_too_large")
    return scanned(data, settings)


def scanned(data: bytes, settings: Settings) -> bytes:
    """The same bytes, before any reader sees them.

    Raises:
        Invalid, Unavailable: as `bytes_of`.
    """
    if settings.clamd is not None:
        refuse_infected(BytesIO(data), settings.clamd, within=settings.clamd_deadline)
    return data


def as_workbook(data: bytes, name: str) -> Response:
    """An XLSX file, to be saved under this name (ASCII)."""
    disposition = f'attachment; filename="{name}"'
    return Response(data, media_type=XLSX_TYPE, headers={"Content-Disposition": disposition})
