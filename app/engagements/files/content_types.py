"""Detection of file types (PDF, PNG, JPEG, DOCX, XLSX) from the content, because names are not reliable."""

import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from app.errors import Invalid

_HEAD = 1024
_MAX_CONTENT_TYPES = 1_000_000
"""Maximum bytes of `[Content_Types].xml`: real ones have a few thousand; larger ones may be decompression bombs."""

_OFFICE = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True, slots=True)
class FileType:
    media_type: str
    suffixes: tuple[str, ...]


PDF = FileType("application/pdf", (".pdf",))
PNG = FileType("image/png", (".png",))
JPEG = FileType("image/jpeg", (".jpg", ".jpeg"))
DOCX = FileType(f"{_OFFICE}wordprocessingml.document", (".docx",))
XLSX = FileType(f"{_OFFICE}spreadsheetml.sheet", (".xlsx",))


def find_type(file: BinaryIO) -> FileType:
    """The type of the file by its content; leaves the file at its beginning.

    Raises:
        Invalid: it is none of the five types, or an office document with macros.
    """
    file.seek(0)
    head = file.read(_HEAD)
    type_ = _by_signature(head) or (_office(file) if head.startswith(b"PK\x03\x04") else None)
    file.seek(0)
    if type_ is None:
        raise Invalid.field(
            "file",
            "file_type",
            "文件内容应为 PDF、PNG、JPG、DOCX 或 XLSX（不含宏）",
            "must be a PDF, PNG, JPG, DOCX or XLSX file without macros",
        )
    return type_


def with_suffix(name: str, type_: FileType) -> str:
    """The name with a suffix that matches the content, so that a download opens correctly."""
    return name if name.lower().endswith(type_.suffixes) else name + type_.suffixes[0]


def _by_signature(head: bytes) -> FileType | None:
    # The PDF standard tolerates a header anywhere in the first 1024 bytes, but another program could read the bytes
    # before it as a different type. So the header must come first.
    for signature, type_ in (
        (b"%PDF-", PDF),
        (b"\x89PNG\r\n\x1a\n", PNG),
        (b"\xff\xd8\xff", JPEG),
    ):
        if head.startswith(signature):
            return type_
    return None


def _office(file: BinaryIO) -> FileType | None:
    """The type that the package declares in `[Content_Types].xml`; no other part is unpacked."""
    try:
        with zipfile.ZipFile(file) as package:
            entry = package.getinfo("[Content_Types].xml")
            if entry.file_size > _MAX_CONTENT_TYPES:
                return None
            types = package.read(entry).decode("utf-8", errors="replace")
            names = {name.lower() for name in package.namelist()}
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError, EOFError):
        return None  # not a ZIP package, or a damaged, encrypted or unusually compressed one
    if "macroenabled" in types.lower() or any(name.endswith("vbaproject.bin") for name in names):
        return None
    for type_ in (DOCX, XLSX):
        if f"{type_.media_type}.main+xml" in types:
            return type_
    return None
