"""The process in which the pages of a PDF file are read, within limits of memory and time.

A file of some kilobytes can expand to gigabytes, or repeat itself without end, in more ways than can be counted
beforehand. So the operating system ends what goes too far, and the service goes on.
The file comes on standard input, and JSON goes to standard output.
"""

import io
import json
import logging
import resource
import sys
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

MAX_PAGES = 500
MAX_MEMORY = 1024 * 1024 * 1024
"""Bytes of address space: some hundred megabytes are the libraries."""
MAX_SECONDS = 60
"""Of the processor. A dense page takes about half a second."""
MAX_ANSWER = 64 * 1024 * 1024
"""Characters of the answer."""

Table = list[list[str | None]]
Page = tuple[list[str], list[Table]]
"""The lines outside its tables, and its tables as rows of cells."""


def main() -> None:
    """Answer `{"pages": …}` or `{"refused": code}`. What else a library raises at damaged bytes ends the process."""
    out, sys.stdout = sys.stdout, sys.stderr
    for limit, most in ((resource.RLIMIT_AS, MAX_MEMORY), (resource.RLIMIT_CPU, MAX_SECONDS)):
        resource.setrlimit(limit, (most, most))
    # It names every font whose metrics it has to guess.
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    try:
        answer = json.dumps(_answer(sys.stdin.buffer.read()), ensure_ascii=True)
    except MemoryError:
        answer = json.dumps({"refused": "archive_bomb"})
    out.write(answer if len(answer) <= MAX_ANSWER else json.dumps({"refused": "file_too_large"}))


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
    tables = page.find_tables()
    outside = page
    for table in tables:
        outside = outside.outside_bbox(table.bbox) if table.bbox else outside
    lines = (outside.extract_text() or "").splitlines()
    found = [table.extract() for table in tables]
    page.close()
    return [line.strip() for line in lines if line.strip()], found
