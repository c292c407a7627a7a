"""Small real files of each type, and some that only pretend."""

import io
import zipfile

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
