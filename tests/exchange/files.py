"""Files as bureaus and enterprises send them, made in memory."""

import csv
import io
from collections.abc import Sequence
from html import escape
from typing import Any

import docx
import xlsxwriter

Rows = Sequence[Sequence[Any]]

HEADER = (
    *("序号", "企业名称", "需求名称", "技术领域", "需求描述", "合作方式"),
    *("投资预算（万元）", "需求截止时间", "联系人", "联系电话"),
)
_OWNER = "济南云岭泵业有限公司"
DEMANDS: Rows = (
    HEADER,
    (
        *(1, _OWNER, "泵体铸件自动打磨技术", "先进制造", "人工打磨粉尘大，单件耗时40分钟。", "合作开发"),
        *("80-120", "2027年3月", "岱 屿", "138 0000 0002"),
    ),
    (
        *(2, _OWNER, "叶轮空蚀防护涂层", "新材料/高端装备", "运行半年即出现空蚀，希望寿命提高一倍。"),
        *("联合攻关、委托研发", "50万", "2027-06-30", "岱屿", "0531-88880001"),
    ),
)


def workbook(
    *sheets: tuple[str, Rows], hidden_columns: Sequence[int] = (), hidden_rows: Sequence[int] = ()
) -> bytes:
    """An XLSX file. Rows and columns count from 0."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for index, row in enumerate(rows):
                sheet.write_row(index, 0, row)
            for column in hidden_columns:
                sheet.set_column(column, column, 8, None, {"hidden": True})
            for hidden in hidden_rows:
                sheet.set_row(hidden, None, None, {"hidden": True})
    return out.getvalue()


def sheet(rows: Rows, **options: Any) -> bytes:
    """An XLSX file of one sheet."""
    return workbook(("需求", rows), **options)


def separated(rows: Rows, encoding: str = "utf-8-sig") -> bytes:
    """A CSV file."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def page(rows: Rows, encoding: str = "gb18030") -> bytes:
    """An HTML table, as old systems export it under the name .xls."""
    lines = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f'<html><head><meta charset="gb2312"></head><body><table>{lines}</table></body></html>'.encode(
        encoding
    )


def document(*parts: str | Rows) -> bytes:
    """A DOCX file of paragraphs and tables."""
    made = docx.Document()
    for part in parts:
        if isinstance(part, str):
            made.add_paragraph(part)
            continue
        table = made.add_table(rows=0, cols=max(map(len, part)))
        for row in part:
            for cell, text in zip(table.add_row().cells, row, strict=False):
                cell.text = str(text)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
