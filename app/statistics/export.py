"""Figures as CSV and XLSX files; the titles of the fields are the column headers."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from fastapi import Response

from app.statistics.schemas import FigureHead, Line
from app.talent.spreadsheets import CSV_TYPE, XLSX_TYPE, Cell, Sheet, as_csv, as_workbook


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {CSV_TYPE: {}, XLSX_TYPE: {}}, "description": "JSON，或 CSV、XLSX 文件"}
}

Tables = Sequence[tuple[str, type[Line], Sequence[Line]]]
"""(title, type of line, lines) of each table; CSV contains only the first table."""


def as_file(figure: str, head: FigureHead, tables: Tables, format_: Format) -> Response:
    """CSV: the first table. XLSX: all tables, and a sheet with the criteria and the counting rule."""
    name = f"{figure}-{head.first}-{head.last}.{format_.value}"
    if format_ is Format.CSV:
        _, kind, lines = tables[0]
        content, media = as_csv(_headers(kind), [_cells(kind, line) for line in lines]), CSV_TYPE
    else:
        sheets: list[Sheet] = [
            (title, _headers(kind), [_cells(kind, line) for line in lines]) for title, kind, lines in tables
        ]
        sheets.append(("口径", ("项目 item", "内容 value"), _criteria_rows(head)))
        content, media = as_workbook(sheets), XLSX_TYPE
    return Response(
        content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _columns(kind: type[Line]) -> list[str]:
    """All fields but `hidden`, which comes last, and the paths of rows, which are of no use in a file."""
    return [name for name in kind.model_fields if name != "hidden" and not name.endswith("rows")]


def _headers(kind: type[Line]) -> list[str]:
    return [f"{kind.model_fields[name].title} {name}" for name in _columns(kind)] + ["已隐藏 hidden"]


def _cells(kind: type[Line], line: Line) -> list[Cell]:
    return [getattr(line, name) for name in _columns(kind)] + ["是" if line.hidden else None]


def _criteria_rows(head: FigureHead) -> list[list[Cell]]:
    values = [(name, getattr(head, name)) for name in FigureHead.model_fields]
    return [
        [f"{FigureHead.model_fields[name].title or ''} {name}".strip(), None if value is None else str(value)]
        for name, value in values
    ]
