"""Readers of HTML tables, which old systems export under the name .xls, and of OAI-PMH answers in Dublin Core."""

from collections.abc import Iterator
from typing import Any

from lxml import etree, html

from app.exchange.readers.content import Entry, FileContent, Grid, Merge, Row, Scalar, stored
from app.exchange.readers.recognition import decode
from app.exchange.readers.refusals import refusal

MAX_COLUMNS = 500
MAX_COVERED = 1_000_000
"""Places of one table that cells of several rows cover."""
_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_DC = "{http://purl.org/dc/elements/1.1/}"


def read_html(data: bytes) -> FileContent:
    """The tables of an HTML page without tables inside them; headings and captions are kept as their heading.

    Raises:
        Invalid: the page has no table.
    """
    text = decode(data)
    root = html.document_fromstring(text.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))
    etree.strip_elements(root, "script", "style", etree.Comment, with_tail=False)
    tables = [table for table in root.iter("table") if next(table.iterdescendants("table"), None) is None]
    if not tables:
        raise refusal("unknown_format")
    title = "\n".join(_text_of(one) for one in root.iter("title", "h1", "h2", "h3"))
    return FileContent("html", tuple(_grid(table, index, title) for index, table in enumerate(tables, 1)))


def _grid(table: Any, index: int, title: str) -> Grid:
    rows: list[Row] = []
    merges: list[Merge] = []
    taken: set[tuple[int, int]] = set()
    for number, line in enumerate(table.iter("tr"), 1):
        values: list[Scalar] = []
        for cell in line.iterchildren("td", "th"):
            while (number, len(values)) in taken:
                values.append(None)
            column = len(values)
            width, height = _span(cell, "colspan"), _span(cell, "rowspan")
            if column + width > MAX_COLUMNS:
                raise refusal("damaged")
            values.extend([_text(cell), *([None] * (width - 1))])
            if width > 1 or height > 1:
                merges.append((number, column, number + height - 1, column + width - 1))
                if len(taken) + (height - 1) * width > MAX_COVERED:
                    raise refusal("file_too_large")
                taken.update(
                    (number + down, column + right) for down in range(1, height) for right in range(width)
                )
        rows.append(Row(number, values))
    captions = " ".join(_text_of(one) for one in table.iter("caption"))
    heading = "\n".join(part for part in (title, captions) if part)
    return Grid(f"table {index}", stored(rows), unit="row", merges=tuple(merges), heading=heading)


def _span(cell: Any, name: str) -> int:
    text = str(cell.get(name, "1"))
    return min(max(int(text), 1), MAX_COLUMNS) if text.isdigit() else 1


def _text(cell: Any) -> str | None:
    for line_break in cell.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    return _text_of(cell) or None


def _text_of(element: Any) -> str:
    return str(element.text_content()).replace("\xa0", " ").strip()


def read_oai(data: bytes) -> FileContent:
    """The records of an OAI-PMH answer in oai_dc.

    Raises:
        Invalid: it is no such answer.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(data, parser=parser)
    if root.tag != f"{_OAI}OAI-PMH":
        raise refusal("unknown_format")
    notes = tuple(
        f"resumptionToken: {token.get('completeListSize', '?')} records, more pages follow"
        for token in root.iter(f"{_OAI}resumptionToken")
        if token.text
    )
    return FileContent("oai", entries=lambda: _entries(root), notes=notes)


def _entries(root: Any) -> Iterator[Entry]:
    for record in root.iter(f"{_OAI}record"):
        header = record.find(f"{_OAI}header")
        ref = str(header.findtext(f"{_OAI}identifier") or "")
        values: dict[str, Any] = {}
        for element in record.iter():
            if isinstance(element.tag, str) and element.tag.startswith(_DC) and element.text:
                values.setdefault("dc." + element.tag.removeprefix(_DC), []).append(element.text.strip())
        status = "deleted" if header.get("status") == "deleted" else ""
        yield Entry(ref, values, status=status, kind_hint="achievement")
