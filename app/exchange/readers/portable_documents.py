"""Reader of PDF with text. A table that goes on over pages is one grid; line breaks inside a cell are layout."""

import json
import re
from collections.abc import Iterator
from typing import Any

import structlog

from app.exchange.readers.content import FileContent, Grid, Row, Scalar, Text, stored
from app.exchange.readers.refusals import refusal
from app.load_limits.bounded_process import Bounds, TaskFailed, TaskStopped, run_bounded

log = structlog.get_logger(__name__)

BOUNDS = Bounds(memory=1024 * 1024 * 1024, processor=60, wait=300)
"""A dense page takes about half a second."""
_PROCESS = "app.exchange.readers.pdf_process"
_WIDE = r"[\u2e80-\u9fff\uff00-\uffef、。，；：？！（）《》“”’‘…—·]"
_PAGE_NUMBER = re.compile(
    r"^[-—–·\s]*(?:第\s*)?\d{1,4}\s*(?:页)?(?:\s*[/／,，、]?\s*共?\s*\d{1,4}\s*页)?[-—–·\s]*$"
)
_FULL_SHARE = 0.9
_FULL_WIDTH = 40
_ENDS = ("。", "；", "：", ":", ";", "！", "？")
_BEGINS = re.compile(
    r"[【\[（(①-⑳]|[一二三四五六七八九十\d]{1,3}[、.．)）]|(?:榜单|需求|成果|项目|第)[一二三四五六七八九十\d]|[^，。；,;]{1,16}[:：]"
)
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
    try:
        answer: dict[str, Any] = json.loads(run_bounded(_PROCESS, data, BOUNDS))
    except (TaskFailed, TaskStopped) as error:
        is_damaged = isinstance(error, TaskFailed)
        log.warning("unreadable_file", form="pdf", error=str(error), damaged=is_damaged)
        raise refusal("damaged" if is_damaged else "too_complex") from error
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
        waiting.extend((f"page {number}", line) for line in _paragraphs(lines))
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


def _paragraphs(lines: list[str]) -> Iterator[str]:
    """The lines of a page without its number. A line that fills the width goes on in the next one, unless that begins
    with a label or a number of its own."""
    texts = [line for line in lines if not _PAGE_NUMBER.match(line)]
    full = max((_width(line) for line in texts), default=0) * _FULL_SHARE
    paragraph = ""
    for index, line in enumerate(texts):
        paragraph += line
        goes_on = (
            index + 1 < len(texts)
            and _width(line) >= max(full, _FULL_WIDTH)
            and not line.endswith(_ENDS)
            and _BEGINS.match(texts[index + 1]) is None
        )
        if goes_on:
            paragraph += "" if re.search(f"{_WIDE}$", line) or re.match(_WIDE, texts[index + 1]) else " "
            continue
        yield paragraph
        paragraph = ""


def _width(line: str) -> int:
    return sum(2 if re.match(_WIDE, char) else 1 for char in line)


def joined(value: str | None) -> Scalar:
    """The text of a cell on one line, as its writer typed it."""
    if value is None or not value.strip():
        return None
    return _SOFT_BREAK.sub("", value.strip()).replace("\n", " ")
