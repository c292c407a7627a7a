"""What a file is, found from its content: PDF, PNG, JPEG, DOCX or XLSX; a name proves nothing."""

import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from app.errors import Invalid

_HEAD = 1024
_MOST_CONTENT_TYPES = 1_000_000
"""Bytes of `[Content_Types].xml` that are looked at: real ones have some thousand; more is an attempt at something."""

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
    """Leaves the file at its beginning.

    Raises:
        Invalid: it is none of the five, or an office document with macros.
    """
    file.seek(0)
    head = file.read(_HEAD)
    found = _by_signature(head) or (_office(file) if head.startswith(b"PK\x03\x04") else None)
    file.seek(0)
    if found is None:
        raise Invalid.field(
            "file",
            "file_type",
            "文件内容应为 PDF、PNG、JPG、DOCX 或 XLSX(不含宏)",
            "the content must be PDF, PNG, JPG, DOCX or XLSX (without macros)",
        )
    return found


def with_suffix(name: str, type_: FileType) -> str:
    """The name with an ending that tells the truth: what is downloaded opens as what it is."""
    return name if name.lower().endswith(type_.suffixes) else name + type_.suffixes[0]


def _by_signature(head: bytes) -> FileType | None:
    # A PDF's header may stand anywhere in the first 1024 bytes, but then a page in front of it would be read by
    # another program as something else: only the first is taken.
    for signature, type_ in (
        (b"%PDF-", PDF),
        (b"\x89PNG\r\n\x1a\n", PNG),
        (b"\xff\xd8\xff", JPEG),
    ):
        if head.startswith(signature):
            return type_
    return None


def _office(file: BinaryIO) -> FileType | None:
    """The package says in `[Content_Types].xml` what its main part is; nothing else of it is unpacked."""
    try:
        with zipfile.ZipFile(file) as package:
            entry = package.getinfo("[Content_Types].xml")
            if entry.file_size > _MOST_CONTENT_TYPES:
                return None
            types = package.read(entry).decode("utf-8", errors="replace")
            names = {name.lower() for name in package.namelist()}
    except (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError, EOFError):
        return None  # no package, or one that is damaged, encrypted or packed in an unusual way
    if "macroenabled" in types.lower() or any(name.endswith("vbaproject.bin") for name in names):
        return None
    for type_ in (DOCX, XLSX):
        if f"{type_.media_type}.main+xml" in types:
            return type_
    return None
