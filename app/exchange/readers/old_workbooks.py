"""Reader of BIFF workbooks: XLS of Excel, and ET of WPS, which is the same under another name."""

import io
from collections.abc import Iterator
from typing import Any

import xlrd
from xlrd.biffh import XL_CELL_BOOLEAN, XL_CELL_DATE, XL_CELL_EMPTY, XL_CELL_ERROR, XL_CELL_NUMBER

from app.exchange.readers.content import FileContent, Grid, Row, Scalar, is_month_format
from app.exchange.readers.refusals import refusal

_EMPTY_TYPES = (XL_CELL_EMPTY, XL_CELL_ERROR)


def read_old_workbook(data: bytes) -> FileContent:
    """The sheets of an XLS or ET file. Formulas appear as their stored results.

    Raises:
        Invalid: the file is damaged or protected by a password.
    """
    try:
        book = xlrd.open_workbook(
            file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
        )
    except xlrd.XLRDError as error:
        raise refusal("encrypted" if "ncrypt" in str(error) else "damaged") from error
    return FileContent("xls", tuple(_grid(book, sheet) for sheet in book.sheets()))


def _grid(book: Any, sheet: Any) -> Grid:
    return Grid(
        name=sheet.name,
        rows=lambda: _rows(book, sheet),
        merges=tuple((top + 1, left, bottom, right - 1) for top, bottom, left, right in sheet.merged_cells),
        hidden_columns=frozenset(
            column for column, info in sheet.colinfo_map.items() if info.hidden and column < sheet.ncols
        ),
        hidden=sheet.visibility != 0,
    )


def _rows(book: Any, sheet: Any) -> Iterator[Row]:
    for index in range(sheet.nrows):
        info = sheet.rowinfo_map.get(index)
        yield Row(
            number=index + 1,
            values=[_scalar(book, cell) for cell in sheet.row(index)],
            hidden=bool(info is not None and info.hidden),
        )


def _shows_no_day(book: Any, cell: Any) -> bool:
    """Whether a date is shown as year and month, so that its day is only what the program put there."""
    return is_month_format(book.format_map[book.xf_list[cell.xf_index].format_key].format_str)


def _scalar(book: Any, cell: Any) -> Scalar:
    if cell.ctype in _EMPTY_TYPES or cell.value == "":
        return None
    if cell.ctype == XL_CELL_DATE:
        try:
            moment = xlrd.xldate_as_datetime(cell.value, book.datemode)
            return f"{moment.year}年{moment.month}月" if _shows_no_day(book, cell) else moment
        except (ValueError, OverflowError):
            return cell.value  # type: ignore[no-any-return]
    if cell.ctype == XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == XL_CELL_NUMBER and float(cell.value).is_integer():
        return int(cell.value)
    return cell.value  # type: ignore[no-any-return]
