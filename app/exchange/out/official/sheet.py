"""A table in official layout, and how it is written to a sheet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import IO, Any

import xlsxwriter

from app.exchange.columns.cells import Cell
from app.talent.spreadsheets import RISKY

SIGNATURES = "填表人：                审核人：                填表日期：        年    月    日"


@dataclass(frozen=True, slots=True)
class OfficialTable:
    """A table to hand in.

    Attributes:
        title: stands over the whole width.
        unit: of the amounts, for the line 单位：… below the title.
        as_of: what the table covers, e.g. 统计期间：2026-01-01 至 2026-06-30.
        header: (group, column) of each column; a column without a group has an empty group.
        total: the row 合计, if the table has one.
        notes: lines below the table.
    """

    title: str
    unit: str
    as_of: str
    header: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] | None = None
    notes: Sequence[str] = field(default=())
    widths: Sequence[int] = field(default=())


def write_tables(out: IO[bytes], tables: Iterable[tuple[str, OfficialTable]]) -> int:
    """Write a workbook with one sheet for each (name, table); returns the number of rows."""
    count = 0
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        styles = _styles(book)
        for name, table in tables:
            _write(book.add_worksheet(name[:31]), table, styles)
            count += len(table.rows)
    return count


def growth(now: Decimal | int, before: Decimal | int) -> Decimal | None:
    """The change to last year in per cent with two decimals; None if there was nothing."""
    if not before:
        return None
    change = (Decimal(now) - Decimal(before)) / Decimal(before) * 100
    return change.quantize(Decimal("0.01"), ROUND_HALF_UP)


def yi(wan: Decimal) -> Decimal:
    """万元 as 亿元 with two decimals."""
    return (wan / 10_000).quantize(Decimal("0.01"), ROUND_HALF_UP)


def period(first: date, last: date) -> str:
    """The line that says what a table covers."""
    return f"统计期间：{first} 至 {last}"


def year_before(day: date) -> date:
    """The same day of last year; 28 February for 29 February."""
    leap = day.month == 2 and day.day == 29
    return date(day.year - 1, day.month, 28 if leap else day.day)


def _styles(book: xlsxwriter.Workbook) -> dict[str, Any]:
    edge = {"border": 1, "valign": "vcenter", "text_wrap": True}
    centre = edge | {"align": "center"}
    return {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}),
        "line": book.add_format({"align": "left"}),
        "unit": book.add_format({"align": "right"}),
        "head": book.add_format(centre | {"bold": True}),
        "text": book.add_format(edge),
        "quoted": book.add_format(edge | {"quote_prefix": True}),
        "number": book.add_format(centre),
        "money": book.add_format(centre | {"num_format": "0.00"}),
    }


def _write(sheet: Any, table: OfficialTable, styles: dict[str, Any]) -> None:
    last = len(table.header) - 1
    for column in range(last + 1):
        sheet.set_column(column, column, table.widths[column] if table.widths else 13)
    sheet.set_row(0, 30)
    _across(sheet, 0, 0, last, table.title, styles["title"])
    split = max(last - 2, 0)
    _across(sheet, 1, 0, split, table.as_of, styles["line"])
    if last > split:
        _across(sheet, 1, split + 1, last, f"单位：{table.unit}" if table.unit else "", styles["unit"])
    _header(sheet, table.header, styles["head"])
    rows = [*table.rows, *([table.total] if table.total is not None else [])]
    for index, row in enumerate(rows, 4):
        for column, cell in enumerate(row):
            _cell(sheet, index, column, cell, styles)
    end = 4 + len(rows)
    for offset, note in enumerate((*table.notes, SIGNATURES)):
        _across(sheet, end + offset, 0, last, note, styles["line"])
    sheet.freeze_panes(4, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2, 3)


def _header(sheet: Any, header: Sequence[tuple[str, str]], style: Any) -> None:
    """Two rows: neighbouring columns of one group share a cell above; a column without a group takes both rows."""
    column = 0
    for group, members in groupby(header, key=lambda one: one[0]):
        names = [name for _, name in members]
        if not group:
            for name in names:
                sheet.merge_range(2, column, 3, column, name, style)
                column += 1
            continue
        _across(sheet, 2, column, column + len(names) - 1, group, style)
        for name in names:
            sheet.write_string(3, column, name, style)
            column += 1


def _across(sheet: Any, row: int, first: int, last: int, text: str, style: Any) -> None:
    if last > first:
        sheet.merge_range(row, first, row, last, text, style)
    else:
        sheet.write_string(row, first, text, style)


def _cell(sheet: Any, row: int, column: int, cell: Cell, styles: dict[str, Any]) -> None:
    if cell is None:
        sheet.write_string(row, column, "—", styles["number"])
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell, styles["quoted" if cell.startswith(RISKY) else "text"])
    elif isinstance(cell, Decimal):
        sheet.write_number(row, column, float(cell), styles["money"])
    else:
        sheet.write_number(row, column, cell, styles["number"])
