"""Reader of XLSX workbooks. Values come from calamine; a pass over the XML finds what it does not tell.

That is hidden rows and columns, and the cells that are formulas: their stored results are only taken with a mark.
The stated dimension of a sheet is never used, because some programs write A1 for every sheet.
"""

import io
import re
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler

import defusedxml.sax
from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from app.exchange.readers.content import FileContent, Grid, Row, Scalar, is_month_format
from app.exchange.readers.refusals import refusal

MAX_TEXT = 256 * 1024 * 1024
"""Characters of all cells. A shared string costs its length in every cell that refers to it."""
MAX_COLUMNS = 500
MAX_CELLS = 10_000_000
"""Cells from the first used one to the last, for which calamine takes memory at once; where there is too little, the
process ends. So the pass over the XML measures them beforehand."""
MAX_ROWS = 1 << 20
MAX_ELEMENTS = 5_000_000
"""Rows and cells that all sheets together write down. Empty ones cost their time and memory as well."""
_MAX_BARE = 300_000
"""Of these, how many may hold nothing: programs format some rows ahead, an attack is made of nothing else."""
_PICTURE = re.compile(r"^=(?:_xlfn\.)?DISPIMG\(", re.IGNORECASE)
_NO_SHEETS = frozenset({"xl/sharedStrings.xml", "xl/styles.xml"})
_CELL = re.compile(r"\$?([A-Za-z]+)\$?(\d+)")


@dataclass(slots=True)
class _Structure:
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    computed: dict[int, set[int]] = field(default_factory=dict)
    months: dict[int, set[int]] = field(default_factory=dict)


def read_workbook(data: bytes) -> FileContent:
    """The sheets of an XLSX file.

    Raises:
        Invalid: the file is damaged, protected, or expands beyond the limits.
    """
    try:
        structures = _structures(data)  # first: it counts, and calamine holds everything in memory
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        grids = [
            _grid(book, meta.name, meta.visible != SheetVisibleEnum.Visible, structures.get(meta.name))
            for meta in book.sheets_metadata
        ]
    except PasswordError as error:
        raise refusal("encrypted") from error
    return FileContent("xlsx", tuple(grids))


def _grid(book: CalamineWorkbook, name: str, hidden: bool, structure: _Structure | None) -> Grid:
    sheet = book.get_sheet_by_name(name)
    found = structure or _Structure()
    if sheet.total_width > MAX_COLUMNS or sheet.total_height * sheet.total_width > MAX_CELLS:
        raise refusal("file_too_large")
    merges = tuple(
        (first[0] + 1, first[1], last[0] + 1, last[1]) for first, last in sheet.merged_cell_ranges or ()
    )
    return Grid(
        name=name,
        rows=lambda: _rows(sheet, found),
        merges=merges,
        hidden_columns=frozenset(found.hidden_columns),
        hidden=hidden,
    )


def _rows(sheet: CalamineSheet, structure: _Structure) -> Iterator[Row]:
    if sheet.start is None:
        return
    first, left = sheet.start
    padding: list[Scalar] = [None] * left
    for number, values in enumerate(sheet.iter_rows(), 1):
        if number <= first:  # calamine adds the empty rows above the first used one, but not the columns
            continue
        computed = structure.computed.get(number, set())
        pictures = {left + index for index, value in enumerate(values) if _is_picture(value)} & computed
        months = structure.months.get(number, ())
        yield Row(
            number=number,
            values=_shown([*padding, *map(_scalar, values)], months, pictures),
            hidden=number in structure.hidden_rows,
            computed=frozenset(computed) if computed else frozenset(),
        )


def _shown(values: list[Scalar], months: Collection[int], pictures: Collection[int]) -> list[Scalar]:
    """The values without pictures, and with dates that are shown as year and month as such: their day is what the
    program put there."""
    for column in pictures:
        values[column] = None
    for column in months:
        value = values[column] if column < len(values) else None
        if isinstance(value, date):
            values[column] = f"{value.year}年{value.month}月"
    return values


def _is_picture(value: object) -> bool:
    """Whether a value is what WPS writes for a picture in a cell; only a formula is one, and no text that says so."""
    return isinstance(value, str) and _PICTURE.match(value) is not None


def _scalar(value: Any) -> Scalar:
    if value == "":
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return int(value)
    return value  # type: ignore[no-any-return]  # calamine gives text, numbers, dates and booleans


class _SheetHandler(ContentHandler):
    """Collects the structure of one sheet, and the total length of its shared strings."""

    def __init__(self, shared_lengths: list[int], month_styles: set[str]) -> None:
        super().__init__()
        self.found = _Structure()
        self.text = 0
        self.elements = self._bare = 0
        self._rows = self._columns = 0
        self._row_bare = False
        self._shared_lengths = shared_lengths
        self._month_styles = month_styles
        self._cell = (0, 0)
        self._shared = False
        self._reads_value = False
        self._value: list[str] = []

    def startElement(self, name: str, attributes: Any) -> None:
        name = name.rpartition(":")[2]
        if name in ("c", "row"):
            self.elements += 1
            self._bare += 1
            self._row_bare = self._row_bare or name == "row"
            if self.elements > MAX_ELEMENTS or self._bare > _MAX_BARE:
                raise refusal("file_too_large")
        if name == "row":
            self._cell = (int(attributes.get("r", self._cell[0] + 1)), -1)
        elif name == "c":
            self._shared = attributes.get("t") == "s"
            row, column = self._cell
            self._cell = _position(attributes.get("r", "")) or (row, column + 1)
            if attributes.get("s") in self._month_styles:
                self.found.months.setdefault(self._cell[0], set()).add(self._cell[1])
        if name in ("f", "v", "is"):
            self._extend()
        if name == "f":
            row, column = self._cell
            self.found.computed.setdefault(row, set()).add(column)
        elif name in ("v", "is"):
            self._bare -= 2 if self._row_bare else 1
            self._row_bare = False
            self._reads_value = self._shared
        elif name == "row" and attributes.get("hidden") in ("1", "true"):
            self.found.hidden_rows.add(int(attributes.get("r", "0")))
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            first, last = int(attributes["min"]), int(attributes["max"])
            self.found.hidden_columns.update(range(first - 1, min(last, MAX_COLUMNS)))

    def _extend(self) -> None:
        """Measure how far the sheet reaches: a few bytes may place a value in the last row and column."""
        row, column = self._cell
        self._rows, self._columns = max(self._rows, row), max(self._columns, column + 1)
        if self._rows > MAX_ROWS or self._columns * self._rows > MAX_CELLS:
            raise refusal("file_too_large")

    def characters(self, content: str) -> None:
        if self._reads_value:
            self._value.append(content)
        else:
            self.text += len(content)

    def endElement(self, name: str) -> None:
        if name.rpartition(":")[2] == "v" and self._reads_value:
            self._reads_value = False
            index = int("".join(self._value) or 0)
            self._value.clear()
            self.text += self._shared_lengths[index] if index < len(self._shared_lengths) else 0
        if self.text > MAX_TEXT:
            raise refusal("archive_bomb")


class _StringHandler(ContentHandler):
    """Collects the lengths of the shared strings."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []

    def startElement(self, name: str, _: Any) -> None:
        if name.rpartition(":")[2] == "si":
            self.lengths.append(0)

    def characters(self, content: str) -> None:
        if self.lengths:
            self.lengths[-1] += len(content)


class _StyleHandler(ContentHandler):
    """Collects the numbers of the cell styles that show a date as year and month."""

    def __init__(self) -> None:
        super().__init__()
        self.months: set[str] = set()
        self._formats: set[str] = {"17"}  # mmm-yy is built in
        self._styles = -1

    def startElement(self, name: str, attributes: Any) -> None:
        name = name.rpartition(":")[2]
        if name == "numFmt" and is_month_format(attributes.get("formatCode", "")):
            self._formats.add(attributes.get("numFmtId", ""))
        elif name == "cellXfs":
            self._styles = 0
        elif name == "xf" and self._styles >= 0:
            if attributes.get("numFmtId") in self._formats:
                self.months.add(str(self._styles))
            self._styles += 1

    def endElement(self, name: str) -> None:
        if name.rpartition(":")[2] == "cellXfs":
            self._styles = -1


class _NameHandler(ContentHandler):
    """Collects the names of the sheets, and the targets of relationships."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: dict[str, str] = {}
        self.targets: dict[str, str] = {}

    def startElement(self, name: str, attributes: Any) -> None:
        name = name.rpartition(":")[2]
        if name == "sheet":
            self.sheets[attributes.get("name", "")] = attributes.get("r:id", "")
        elif name == "Relationship":
            target = attributes.get("Target", "").removeprefix("/")
            self.targets[attributes.get("Id", "")] = target if target.startswith("xl/") else f"xl/{target}"


def _structures(data: bytes) -> dict[str, _Structure]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = _NameHandler()
        for member in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
            _parse(archive, member, names)
        strings = _StringHandler()
        _parse(archive, "xl/sharedStrings.xml", strings)
        styles = _StyleHandler()
        _parse(archive, "xl/styles.xml", styles)
        read = _sheets(archive, strings.lengths, styles.months, set(names.targets.values()))
    found = {name: read.get(names.targets.get(relation, "")) for name, relation in names.sheets.items()}
    return {name: handler.found for name, handler in found.items() if handler is not None}


def elements_of(data: bytes) -> int:
    """How many rows and cells the sheets of a workbook write down, empty ones as well."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sum(handler.elements for handler in _sheets(archive, [], set(), set()).values())


def _sheets(
    archive: zipfile.ZipFile, shared_lengths: list[int], months: set[str], targets: set[str]
) -> dict[str, _SheetHandler]:
    """Member → what it holds if it is a sheet. Every member is looked at, because whatever a relation names is one."""
    found = {}
    for member in archive.NameToInfo:
        if member in _NO_SHEETS and member not in targets:
            continue
        handler = _SheetHandler(shared_lengths, months)
        try:
            _parse(archive, member, handler)
        except SAXParseException:
            if member.casefold().endswith((".xml", ".rels")):
                raise
        found[member] = handler
    return found


def _parse(archive: zipfile.ZipFile, member: str, handler: ContentHandler) -> None:
    if member in archive.NameToInfo:
        with archive.open(member) as stream:
            defusedxml.sax.parse(stream, handler)


def _position(place: str) -> tuple[int, int] | None:
    """Row from 1 and column from 0 of a reference such as B7."""
    match = _CELL.match(place)
    if match is None:
        return None
    number = 0
    for letter in match[1].upper()[:8]:
        number = number * 26 + ord(letter) - 64
    return int(match[2][:12]), number - 1
