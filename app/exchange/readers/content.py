"""What a file holds, whatever its format: grids of cells, paragraphs of text, and entries of a structured format."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

Scalar = str | int | float | bool | date | datetime | None
"""The value of a cell. Text is as it stands in the file; a formula appears as its stored result."""

Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column; rows count from 1, columns from 0."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a grid. `number` counts from 1 as the program that wrote the file shows it."""

    number: int
    values: list[Scalar]
    hidden: bool = False
    computed: frozenset[int] = frozenset()

    def is_empty(self) -> bool:
        """Whether no cell holds anything but white space."""
        return all(value is None or (isinstance(value, str) and not value.strip()) for value in self.values)


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet or a table.

    Attributes:
        rows: opens the rows anew, so that a large sheet is read in passes and never held.
        unit: what a row is called in references: `sheet` (Sheet!7), `line` (line 7), `row` (row 7), `table` (table 1
            row 7) or `number` (no. 7, the serial number in the row).
    """

    name: str
    rows: Callable[[], Iterator[Row]]
    unit: str = "sheet"
    merges: tuple[Merge, ...] = ()
    hidden_columns: frozenset[int] = frozenset()
    hidden: bool = False
    heading: str = ""

    def place(self, number: int) -> str:
        """The reference of a row, for reports."""
        if self.unit == "sheet":
            return f"{self.name}!{number}"
        if self.unit == "table":
            return f"{self.name} row {number}"
        return {"line": "line", "row": "row", "number": "no."}[self.unit] + f" {number}"

    def cell(self, number: int, column: int) -> str:
        """The reference of a cell, e.g. `Sheet1!C7`."""
        if self.unit in ("sheet", "line", "row"):
            prefix = f"{self.name}!" if self.unit == "sheet" else ""
            return f"{prefix}{column_letters(column)}{number}"
        return f"{self.place(number)}, column {column + 1}"


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraphs in order, each with its place in the file."""

    name: str
    paragraphs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An object of a structured format: JSON or XML. Keys are dotted paths."""

    ref: str
    values: Mapping[str, Any]
    status: str = ""
    kind_hint: str = ""


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file's content. `form` is the recognised format."""

    form: str
    parts: tuple[Grid | Text, ...] = ()
    entries: Callable[[], Iterator[Entry]] | None = None
    notes: tuple[str, ...] = field(default=())


def is_month_format(form: str) -> bool:
    """Whether a number format shows a date as year and month alone, e.g. yyyy年m月."""
    letters = re.sub(r"\[[^\]]*\]|\"[^\"]*\"|\\\\.", "", form).casefold()
    return "y" in letters and "d" not in letters


def column_letters(column: int) -> str:
    """The letters of a column that counts from 0: A, Z, AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def stored(rows: list[Row]) -> Callable[[], Iterator[Row]]:
    """Rows that are in memory, as a grid opens them."""
    return lambda: iter(rows)
