"""Reader of PDF with text. A table that goes on over pages is one grid; line breaks inside a cell are layout."""

import io
import logging
import re
from collections.abc import Iterator
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from app.exchange.readers.content import FileContent, Grid, Row, Scalar, Text, stored
from app.exchange.readers.refusals import refusal

MAX_PAGES = 500
# It names every font whose metrics it has to guess.
logging.getLogger("pdfminer").setLevel(logging.ERROR)
_WIDE = r"[\u2e80-\u9fff\uff00-\uffef、。，；：？！（）《》“”’‘…—·]"
# A break beside a Chinese character, or after a hyphen or slash, is no space.
_SOFT_BREAK = re.compile(rf"(?<={_WIDE})\s*\n\s*|\s*\n\s*(?={_WIDE})|(?<=[-/])\n\s*")


def read_portable_document(data: bytes) -> FileContent:
    """Tables and text of a PDF file.

    Raises:
        Invalid: the file is damaged or encrypted, or holds only images.
    """
    try:
        with pdfplumber.open(io.BytesIO(data)) as document:
            if len(document.pages) > MAX_PAGES:
                raise refusal("file_too_large")
            pages = [_page(page) for page in document.pages]
    except PDFPasswordIncorrect as error:
        raise refusal("encrypted") from error
    except PdfminerException as error:
        protected = any(isinstance(cause, PDFPasswordIncorrect) for cause in error.args)
        raise refusal("encrypted" if protected else "damaged") from error
    if not any(texts or any(map(_has_text, tables)) for texts, tables in pages):
        raise refusal("no_text_layer")
    return FileContent("pdf", tuple(_parts(pages)))


_Table = list[list[str | None]]


def _page(page: Any) -> tuple[list[str], list[_Table]]:
    tables = page.find_tables()
    outside = page
    for table in tables:
        outside = outside.outside_bbox(table.bbox) if table.bbox else outside
    lines = (outside.extract_text() or "").splitlines()
    found = [table.extract() for table in tables]
    page.close()
    return [line.strip() for line in lines if line.strip()], found


def _has_text(table: _Table) -> bool:
    return any(value and value.strip() for row in table for value in row)


def _parts(pages: list[tuple[list[str], list[_Table]]]) -> Iterator[Grid | Text]:
    waiting: list[tuple[str, str]] = []
    rows: list[Row] = []
    heading = ""
    width, tables = 0, 0
    for number, (lines, found) in enumerate(pages, 1):
        waiting.extend((f"page {number}", line) for line in lines)
        for table in found:
            if rows and len(table[0]) != width:
                tables += 1
                yield Grid(f"table {tables}", stored(rows), unit="number", heading=heading)
                rows = []
            if not rows:
                heading = "\n".join(line for _, line in waiting)
            width = len(table[0])
            rows.extend(
                Row(len(rows) + index, [joined(value) for value in values])
                for index, values in enumerate(table, 1)
            )
    if rows:
        yield Grid(f"table {tables + 1}", stored(rows), unit="number", heading=heading)
    if waiting:
        yield Text("text", tuple(waiting))


def joined(value: str | None) -> Scalar:
    """The text of a cell on one line, as its writer typed it."""
    if value is None or not value.strip():
        return None
    return _SOFT_BREAK.sub("", value.strip()).replace("\n", " ")
