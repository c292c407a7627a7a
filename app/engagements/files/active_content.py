"""What runs or loads something when a document is opened: refused, because the other side opens it in good faith.

What is packed where it cannot be searched is refused as well.
"""

import re
import zipfile
import zlib
from typing import BinaryIO

from app.engagements.files.content_types import PDF, FileType
from app.engagements.files.encrypted_pdf import verdict_of_encrypted
from app.engagements.files.pdf_names import (
    ENCRYPTION,
    MAX_OBJECTS,
    NotSearchable,
    expanded,
    is_active,
    packed_objects,
    unescaped,
)
from app.errors import Invalid

_MAX_RELATIONS = 8 * 1024 * 1024
"""Bytes of all relations of an office document."""

_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_TYPE = re.compile(rb"""\bType\s*=\s*["'][^"']*?/([A-Za-z0-9]+)["']""")
_TARGET = re.compile(rb"""\bTarget\s*=\s*["']\s*([^"']*)["']""")
_EXTERNAL = re.compile(rb"""\bTargetMode\s*=\s*["']\s*External\s*["']""", re.IGNORECASE)
_FROM_FAR = re.compile(
    rb"(?:https?|ftps?|mhtml|ms-\w+|search-ms|script):|\\\\|//|file:(?:/{4}|//(?!/)|/{0,3}\\\\)",
    re.IGNORECASE,
)
# A reader asks, or shows a place for the picture, before it follows these.
_FOLLOWED_BY_HAND = frozenset({b"hyperlink", b"image"})
_ACTIVE_PART = re.compile(r"(?:^|/)(?:activex|vbaproject\.bin|vbadata\.xml)", re.IGNORECASE)
_EMBEDDED_FILE = "\x01Ole10Native".encode("utf-16-le")
_DDE = re.compile(rb"<(?:\w+:)?ddeLink\b")


def refuse_active(file: BinaryIO, type_: FileType) -> None:
    """Leaves the file at its beginning.

    Raises:
        Invalid: the document holds scripts, programs, other files, or loads parts from elsewhere; or it is packed so
            that nobody can tell.
    """
    file.seek(0)
    try:
        if type_ is PDF:
            _check_pdf(file.read())
        elif type_.media_type.startswith("application/vnd."):
            _check_office(file)
    finally:
        file.seek(0)


def _check_pdf(data: bytes) -> None:
    readable = unescaped(data)
    if is_active(readable):
        raise _active()
    if ENCRYPTION.search(readable):
        match verdict_of_encrypted(data):
            case "active":
                raise _active()
            case "locked":
                raise _locked()
            case "not_searchable":
                raise _unreadable()
        return
    left = MAX_OBJECTS
    try:
        for packed in packed_objects(data):
            objects = expanded(memoryview(data)[packed.start :], left)
            left -= len(objects)
            if is_active(objects):
                raise _active()
    except NotSearchable as error:
        raise _unreadable() from error


def _check_office(file: BinaryIO) -> None:
    left = _MAX_RELATIONS
    try:
        with zipfile.ZipFile(file) as package:
            for part in package.infolist():
                name = part.filename.replace("\\", "/")
                if _ACTIVE_PART.search(name):
                    raise _active()
                if name.startswith("/") or ".." in name.split("/"):
                    raise _unreadable()
                if name.lower().endswith(".rels"):
                    relations = _read(package, part, left)
                    left -= len(relations)
                    _check_relations(relations)
                elif "externallinks/" in name.lower():
                    links = _read(package, part, left)
                    left -= len(links)
                    if _DDE.search(links):
                        raise _active()
                elif "embeddings/" in name.lower() and name.lower().endswith(".bin"):
                    _check_embedded(package, part)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise _unreadable() from error


def _read(package: zipfile.ZipFile, part: zipfile.ZipInfo, limit: int) -> bytes:
    with package.open(part) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise _unreadable()
    return content


def _check_relations(relations: bytes) -> None:
    if b"\x00" in relations or b"<!" in relations.replace(b"<!--", b""):
        raise _unreadable()  # UTF-16, or entities: nobody writes relations so
    for found in _RELATION.finditer(relations):
        relation = found[0]
        type_, target = _TYPE.search(relation), _TARGET.search(relation)
        if not _EXTERNAL.search(relation) or (type_ is not None and type_[1] in _FOLLOWED_BY_HAND):
            continue
        if target is None or b"&#" in target[1] or _FROM_FAR.match(target[1]):
            raise _active()


def _check_embedded(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuse a file that is packed as an object; formulas and drawings are objects, too."""
    tail = b""
    with package.open(part) as stream:
        # No further than a whole upload may be long: a part that expands beyond is no formula.
        for _ in range(64):
            piece = stream.read(1 << 20)
            if not piece:
                return
            if _EMBEDDED_FILE in tail + piece:
                raise _active()
            tail = piece[-len(_EMBEDDED_FILE) :]
    raise _unreadable()


def _active() -> Invalid:
    return Invalid.field(
        "file",
        "active_content",
        "文件含有脚本、程序、嵌入的附件或从外部加载的内容，请另存为不含这些内容的文件后上传；"
        "带电子签章的文件请由签章平台导出不含附件的版本，附件另行上传",
        "holds scripts, programs, attached files or parts that are loaded from elsewhere; save it without them. "
        "Of a file with an e-seal, export one without attachments from the sealing service, and upload those apart",
    )


def _locked() -> Invalid:
    return Invalid.field(
        "file",
        "encrypted",
        "文件须输入密码才能打开，无法检查，请另存为不用密码即可打开的文件后上传（仅限制打印、复制的文件可以直接上传）；"
        "带电子签章的文件另存后签章失效，请由签章平台导出不设打开密码的版本",
        "opens with a password only, so it cannot be checked; save it without one (restrictions of printing or copying "
        "do no harm). Saving breaks an e-seal: export a version without a password from the sealing service",
    )


def _unreadable() -> Invalid:
    return Invalid.field(
        "file",
        "not_checkable",
        "文件结构异常，无法检查，请用常用软件重新另存后上传",
        "is packed in a way that cannot be checked; save it again with a usual program",
    )
