"""Reader of DOCX. Paragraphs and tables keep their order; a merged cell appears once, with its width as a merge."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from docx import Document
from docx.table import Table
from docx.text.paragraph import Paragraph

from app.exchange.readers.content import FileContent, Grid, Merge, Row, Scalar, Text, stored
from app.exchange.readers.refusals import refusal

MAX_COLUMNS = 100
MAX_NODES = 4_000_000
"""Elements (beginnings and ends) and attributes of all parts: each takes some hundred bytes, however well it was
packed. A book of a thousand pages has about half a million."""


def read_word_document(data: bytes) -> FileContent:
    """Tables and text of a DOCX file in the order of the page.

    Raises:
        Invalid: a table is too wide, or the parts hold too much.
    """
    _refuse_too_many_nodes(data)
    return FileContent("docx", tuple(_parts(Document(io.BytesIO(data)))))


def _refuse_too_many_nodes(data: bytes) -> None:
    nodes = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        # Pictures, too: a part is XML if the package says so, whatever it is called.
        for member in archive.infolist():
            with archive.open(member) as stream:
                while chunk := stream.read(1 << 20):
                    nodes += chunk.count(b"<") + chunk.count(b"=")
                    if nodes > MAX_NODES:
                        raise refusal("archive_bomb")


def _parts(document: Any) -> Iterator[Grid | Text]:
    waiting: list[tuple[str, str]] = []
    paragraphs = tables = 0
    for element in document.element.body.iterchildren():
        tag = element.tag.rsplit("}", 1)[-1]
        if tag == "p":
            paragraphs += 1
            text = Paragraph(element, document).text.strip()
            if text:
                waiting.append((f"paragraph {paragraphs}", text))
        elif tag == "tbl":
            tables += 1
            heading = "\n".join(text for _, text in waiting)
            if waiting:
                yield Text(f"text before table {tables}", tuple(waiting))
            waiting = []
            yield _grid(Table(element, document), f"table {tables}", heading)
    if waiting:
        yield Text("text", tuple(waiting))


def _grid(table: Table, name: str, heading: str) -> Grid:
    rows: list[Row] = []
    merges: list[Merge] = []
    open_merges: dict[int, tuple[int, int]] = {}
    for number, row in enumerate(table.rows, 1):
        values: list[Scalar] = [None] * min(max(row.grid_cols_before, 0), MAX_COLUMNS)
        for cell in row._tr.tc_lst:
            column, span = len(values), max(cell.grid_span, 1)
            if column + span > MAX_COLUMNS:
                raise refusal("damaged")
            text = "\n".join(_lines(cell, table)).strip()
            if cell.vMerge == "continue" and column in open_merges:
                top, right = open_merges[column]
                merges = [one for one in merges if one[:2] != (top, column)]
                merges.append((top, column, number, right))
                text = ""
            elif cell.vMerge is not None:
                open_merges[column] = (number, column + span - 1)
            if span > 1 and cell.vMerge is None:
                merges.append((number, column, number, column + span - 1))
            values.extend([text or None, *([None] * (span - 1))])
        rows.append(Row(number, values))
    return Grid(name, stored(rows), unit="table", merges=tuple(merges), heading=heading)


def _lines(cell: Any, table: Table) -> Iterator[str]:
    """The paragraphs of a cell, and each row of a table within it as one line."""
    for element in cell.iterchildren():
        tag = element.tag.rsplit("}", 1)[-1]
        if tag == "tbl":
            for row in Table(element, table).rows:
                parts = (" ".join(_lines(inner, table)).strip() for inner in row._tr.tc_lst)
                yield " ".join(part for part in parts if part)
        elif tag == "p":
            yield Paragraph(element, table).text
        elif tag == "sdt":
            yield from (Paragraph(one, table).text for one in element.iter() if one.tag.endswith("}p"))
