"""Rows as XLSX, CSV and JSONL, one row at a time: memory does not grow with their number."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import IO, Any

import xlsxwriter

from app.exchange.columns.cells import Cell
from app.exchange.columns.tables import COLUMNS, MARK, Body, row_of
from app.exchange.headers.dictionary import Kind
from app.talent.spreadsheets import CSV_TYPE, RISKY, XLSX_TYPE, safe_text

MAX_CELL = 32_767
"""Characters that a cell of XLSX holds."""
MAX_SHEET = 1_000_000
"""Rows of a sheet; a longer list goes on in another sheet."""


class ListFormat(StrEnum):
    """Formats of exported lists."""

    XLSX = "xlsx"
    CSV = "csv"
    JSONL = "jsonl"

    @property
    def media_type(self) -> str:
        """The media type."""
        return {"xlsx": XLSX_TYPE, "csv": CSV_TYPE, "jsonl": "application/x-ndjson"}[self.value]


def write_rows(kind: Kind, format_: ListFormat, bodies: Iterable[Body], out: IO[bytes]) -> int:
    """Write a list to a file; returns the number of records."""
    match format_:
        case ListFormat.XLSX:
            return _write_xlsx(kind, bodies, out)
        case ListFormat.CSV:
            return _write_csv(kind, bodies, out)
        case ListFormat.JSONL:
            return _write_jsonl(kind, bodies, out)


def _write_csv(kind: Kind, bodies: Iterable[Body], out: IO[bytes]) -> int:
    """In UTF-8 with a byte order mark, by which spreadsheet programs recognise it."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([column.header for column in COLUMNS[kind]])
    count = 0
    for count, body in enumerate(bodies, 1):  # noqa: B007 — the last number is the count
        writer.writerow([safe_text(cell) for cell in row_of(kind, body)])
    text.flush()
    text.detach()
    return count


def _write_jsonl(kind: Kind, bodies: Iterable[Body], out: IO[bytes]) -> int:
    """The objects of the API, one a line, each with the kind of record."""
    count = 0
    for count, body in enumerate(bodies, 1):  # noqa: B007 — the last number is the count
        line = json.dumps({MARK: kind.value, **body}, ensure_ascii=False, default=str)
        out.write(line.encode() + b"\n")
    return count


def _write_xlsx(kind: Kind, bodies: Iterable[Body], out: IO[bytes]) -> int:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    columns = COLUMNS[kind]
    with xlsxwriter.Workbook(out, options) as book:
        writer = _SheetWriter(book, [column.header for column in columns], [one.width for one in columns])
        for body in bodies:
            writer.write(row_of(kind, body))
    return writer.count


class _SheetWriter:
    def __init__(self, book: xlsxwriter.Workbook, headers: Sequence[str], widths: Sequence[int]) -> None:
        self.count = 0
        self._book, self._headers, self._widths = book, headers, widths
        self._bold = book.add_format({"bold": True, "bg_color": "#DDEBF7"})
        # A spreadsheet shows such a text as it is, and does not turn it into a formula when somebody edits the cell.
        self._quoted = book.add_format({"quote_prefix": True})
        self._sheet = self._begin()

    def write(self, cells: Iterable[Cell]) -> None:
        """Write the next row."""
        if self.count and self.count % MAX_SHEET == 0:
            self._sheet = self._begin()
        row = self.count % MAX_SHEET + 1
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                quoted = self._quoted if cell.startswith(RISKY) else None
                self._sheet.write_string(row, column, cell[:MAX_CELL], quoted)
            elif cell is not None:
                self._sheet.write_number(row, column, float(cell) if isinstance(cell, Decimal) else cell)
        self.count += 1

    def _begin(self) -> Any:
        sheet = self._book.add_worksheet(f"清单{self.count // MAX_SHEET + 1}")
        for column, width in enumerate(self._widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, self._headers, self._bold)
        return sheet
