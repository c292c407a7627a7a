"""Tables as CSV and XLSX files, protected against formula injection. CSV keeps amounts exact."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

import xlsxwriter

Cell = str | int | float | Decimal | None
Sheet = tuple[str, Sequence[str], Iterable[Sequence[Cell]]]
"""Name (at most 31 characters), headers, rows."""

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_csv(headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """CSV in UTF-8 with a byte order mark, by which spreadsheet programs recognise it; amounts are exact."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(headers)
    writer.writerows([[safe_text(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def as_workbook(sheets: Iterable[Sheet]) -> bytes:
    """XLSX; strings are never turned into formulas or links."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        bold = book.add_format({"bold": True})
        for name, headers, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, headers, bold)
            sheet.freeze_panes(1, 0)
            for row_index, row in enumerate(rows, 1):
                cells = [float(cell) if isinstance(cell, Decimal) else cell for cell in row]
                sheet.write_row(row_index, 0, cells)
            sheet.autofit()
    return out.getvalue()


RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""Characters with which a text must not begin in a cell: spreadsheets would run it as a formula."""


def safe_text(cell: Cell) -> str:
    """The cell as text; a leading quote stops spreadsheets from running text as a formula."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    text = str(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(RISKY) else text
