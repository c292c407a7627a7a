"""Tables as templates draw them: columns, rows, and on phones a card for each row."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column.

    Attributes:
        kind: numbers stand right; short texts, such as codes, do not break.
        href: sorts by this column.
        order: how it is sorted by now.
    """

    label: str
    kind: Literal["text", "number", "short"] = "text"
    href: str | None = None
    order: Literal["ascending", "descending"] | None = None


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: one cell for each column, the first of which names the row.

    Attributes:
        cells: texts, or markup such as a tag.
        href: where the row leads; the whole row is its target.
        under: a second line under the name.
    """

    cells: Sequence[Any]
    href: str | None = None
    under: str = ""


@dataclass(frozen=True, slots=True)
class TableView:
    """A table.

    Attributes:
        wide: scrolls sideways on phones instead of becoming cards, as a matrix must.
        hides_caption: where a heading above says the same.
    """

    caption: str
    columns: Sequence[TableColumn]
    rows: Sequence[TableRow]
    wide: bool = False
    hides_caption: bool = False

    def cells(self, row: TableRow) -> Iterator[tuple[TableColumn, Any]]:
        """Each column with the row's cell."""
        return zip(self.columns, row.cells, strict=True)
