"""Reader of PDF with text. A table that goes on over pages is one grid; line breaks inside a cell are layout."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import structlog

import app
from app.exchange.readers.content import FileContent, Grid, Row, Scalar, Text, stored
from app.exchange.readers.refusals import refusal

log = structlog.get_logger(__name__)

MAX_WAIT = 300
"""Seconds for one file on a busy machine; the processor's time has a limit of its own (`pdf_process`)."""
_READ = (
    "import sys; sys.path.insert(0, sys.argv[1]); from app.exchange.readers.pdf_process import main; main()"
)
_WIDE = r"[\u2e80-\u9fff\uff00-\uffef、。，；：？！（）《》“”’‘…—·]"
# A break beside a Chinese character, or after a hyphen or slash, is no space.
_SOFT_BREAK = re.compile(rf"(?<={_WIDE})\s*\n\s*|\s*\n\s*(?={_WIDE})|(?<=[-/])\n\s*")


def read_portable_document(data: bytes) -> FileContent:
    """Tables and text of a PDF file, read by a process of its own.

    Raises:
        Invalid: the file is damaged or encrypted, holds only images, or takes too much memory or time.
    """
    pages = _pages(data)
    if not any(texts or any(map(_has_text, tables)) for texts, tables in pages):
        raise refusal("no_text_layer")
    return FileContent("pdf", tuple(_parts(pages)))


_Table = list[list[str | None]]


def _pages(data: bytes) -> list[tuple[list[str], list[_Table]]]:
    command = [sys.executable, "-P", "-c", _READ, str(Path(app.__file__).parents[1])]
    try:
        done = subprocess.run(  # noqa: S603 - all fixed
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=MAX_WAIT,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        # A signal below zero: the operating system has ended it, for its time or for a library's want of memory.
        is_damaged = isinstance(error, subprocess.CalledProcessError) and error.returncode > 0
        log.warning("unreadable_file", form="pdf", error=type(error).__name__, damaged=is_damaged)
        raise refusal("damaged" if is_damaged else "too_complex") from error
    answer: dict[str, Any] = json.loads(done.stdout)
    if "refused" in answer:
        log.warning("unreadable_file", form="pdf", error=answer["refused"])
        raise refusal(answer["refused"])
    return [(lines, tables) for lines, tables in answer["pages"]]


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
