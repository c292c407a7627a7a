"""Recognition of a file's format by its bytes. The name says nothing: old systems export HTML named .xls."""

import io
import re
import zipfile
from typing import Literal

from app.exchange.readers.refusals import refusal

Format = Literal["xlsx", "xls", "docx", "pdf", "html", "xml", "json", "jsonl", "csv"]

MAX_BYTES = 64 * 1024 * 1024
MAX_EXPANDED = 512 * 1024 * 1024
MAX_RATIO = 250
MAX_MEMBERS = 4000
_RATIO_FROM = 4 * 1024 * 1024

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The names of streams in an OLE directory are UTF-16.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WORKBOOK = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_WORD = "WordDocument".encode("utf-16-le")
_HTML = re.compile(r"<(?:!doctype html|html|head|body|table|meta|div)\b", re.IGNORECASE)


def recognise(data: bytes) -> Format:
    """The format of the bytes.

    Raises:
        Invalid: the file is empty, too large, encrypted, damaged, a zip bomb, or of no known format.
    """
    if not data.strip():
        raise refusal("empty_file")
    if len(data) > MAX_BYTES:
        raise refusal("file_too_large")
    if data.startswith(_OLE):
        return _ole(data)
    if data.startswith(b"PK"):
        return _archive(data)
    if data.lstrip()[:5] == b"%PDF-":
        return "pdf"
    return _text(decode(data).lstrip())


def _ole(data: bytes) -> Format:
    if _ENCRYPTED in data:
        raise refusal("encrypted")
    if any(name in data for name in _WORKBOOK):
        return "xls"
    raise refusal("old_word" if _WORD in data else "unknown_format")


def _archive(data: bytes) -> Format:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        _check_expansion(archive)
        names = set(archive.namelist())
    if "word/document.xml" in names:
        return "docx"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    raise refusal("unknown_format")


def _check_expansion(archive: zipfile.ZipFile) -> None:
    """Expand every member and count, because the sizes that an archive declares may lie."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise refusal("archive_bomb")
    total = 0
    for member in members:
        if member.flag_bits & 1:
            raise refusal("encrypted")
        size = 0
        with archive.open(member) as stream:
            while chunk := stream.read(1 << 20):
                size += len(chunk)
                if total + size > MAX_EXPANDED:
                    raise refusal("archive_bomb")
        total += size
        if size > _RATIO_FROM and size > MAX_RATIO * max(member.compress_size, 1):
            raise refusal("archive_bomb")
        if size != member.file_size:
            raise refusal("damaged")


def decode(data: bytes) -> str:
    """Text by its byte order mark, else as strict UTF-8, else as strict GB 18030, which holds GBK and GB 2312.

    Statistics of bytes are wrong for short files, and a wrong guess changes names.

    Raises:
        Invalid: it is none of these.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(data, "utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _strictly(data, "gb18030")


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise refusal("unknown_encoding") from error


def _text(text: str) -> Format:
    if "\x00" in text[:4096]:
        raise refusal("unknown_format")
    head = text[:2048]
    if head.startswith("<?xml") and not _HTML.search(head):
        return "xml"
    if _HTML.search(head) and head.startswith("<"):
        return "html"
    if head[:1] == "[":
        return "json"
    if head[:1] == "{":
        return "jsonl" if _is_json_lines(text) else "json"
    if head.startswith("<"):
        return "xml"
    return "csv"


def _is_json_lines(text: str) -> bool:
    lines = [line.strip() for line in text[:200_000].splitlines() if line.strip()][:2]
    return len(lines) > 1 and all(line.startswith("{") for line in lines) and lines[0].endswith("}")
