"""The pages of a PDF file, as the bounded process that reads them answers them."""

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfminer.pdffont import get_widths
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.psparser import LIT
from pdfplumber.utils.exceptions import PdfminerException

MAX_PAGES = 500
MAX_ANSWER = 64 * 1024 * 1024
"""Characters of the answer."""

_MAX_CODES = 1 << 16
_RANGE = re.compile(rb"<([0-9A-Fa-f]{2,8})>\s*<([0-9A-Fa-f]{2,8})>\s*(\d{1,6})")
_CHAR = re.compile(rb"<([0-9A-Fa-f]{2,8})>\s*(\d{1,6})(?!\d)")

Table = list[list[str | None]]
Page = tuple[list[str], list[Table]]
"""The lines outside its tables, and its tables as rows of cells."""


def answer(data: bytes) -> str:
    """JSON: `{"pages": …}` or `{"refused": code}`. What else a library raises at damaged bytes ends the process."""
    # It names every font whose metrics it has to guess.
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    try:
        found = json.dumps(_answer(data), ensure_ascii=True)
    except MemoryError:
        found = json.dumps({"refused": "archive_bomb"})
    return found if len(found) <= MAX_ANSWER else json.dumps({"refused": "file_too_large"})


def _answer(data: bytes) -> dict[str, Any]:
    try:
        with pdfplumber.open(io.BytesIO(data)) as document:
            if len(document.pages) > MAX_PAGES:
                return {"refused": "file_too_large"}
            return {"pages": [_page(page) for page in document.pages]}
    except PDFPasswordIncorrect:
        return {"refused": "encrypted"}
    except PdfminerException as error:
        if any(isinstance(cause, PDFPasswordIncorrect) for cause in error.args):
            return {"refused": "encrypted"}
        if any(isinstance(cause, MemoryError) for cause in error.args):
            return {"refused": "archive_bomb"}
        return {"refused": "damaged"}


def _page(page: Any) -> Page:
    _name_encodings(page)
    tables = page.find_tables()
    outside = page
    for table in tables:
        outside = outside.outside_bbox(table.bbox) if table.bbox else outside
    lines = (outside.extract_text() or "").splitlines()
    found = [table.extract() for table in tables]
    page.close()
    return [line.strip() for line in lines if line.strip()], found


def _name_encodings(page: Any) -> None:
    """Give fonts whose encoding is a table inside the file the name of one that pdfminer knows: it reads no such
    tables and would find no text at all. The text of a code stands in the font's table to Unicode in any case; widths
    are kept, because cells are distinguished by them."""
    for font in _fonts(page.page_obj.resources, 0):
        encoding = resolve1(font.get("Encoding"))
        if isinstance(encoding, PDFStream) and resolve1(font.get("ToUnicode")) is not None:
            font["Encoding"] = LIT("Identity-H")
            descendants = [resolve1(one) for one in resolve1(font.get("DescendantFonts")) or ()]
            for one in descendants:
                if isinstance(one, dict) and "W" in one:
                    one["W"] = _widths_of_codes(resolve1(one["W"]), encoding.get_data())


def _fonts(resources: Any, depth: int) -> Iterator[dict[str, Any]]:
    found = resolve1(resources) or {}
    for font in (resolve1(found.get("Font")) or {}).values():
        resolved = resolve1(font)
        if isinstance(resolved, dict):
            yield resolved
    if depth < 2:
        for form in (resolve1(found.get("XObject")) or {}).values():
            resolved = resolve1(form)
            if isinstance(resolved, PDFStream) and "Resources" in resolved.attrs:
                yield from _fonts(resolved.attrs["Resources"], depth + 1)


def _widths_of_codes(widths: Any, table: bytes) -> list[Any]:
    """The widths of glyphs as widths of the codes that the table maps to them."""
    known = get_widths(widths)
    glyphs: dict[int, int] = {}
    for first, last, glyph in _RANGE.findall(table):
        start = int(first, 16)
        for code in range(start, min(int(last, 16), start + _MAX_CODES) + 1):
            glyphs[code] = int(glyph) + code - start
    without_ranges = _RANGE.sub(b"", table)
    glyphs |= {int(code, 16): int(glyph) for code, glyph in _CHAR.findall(without_ranges)}
    return [part for code, glyph in glyphs.items() if glyph in known for part in (code, [known[glyph]])]
