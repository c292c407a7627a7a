"""What an exported list says of a record, read back as an import would read it."""

from typing import Any

from app.exchange.columns.tables import COLUMNS, Body, row_of
from app.exchange.headers.dictionary import Kind, meaning
from app.exchange.layout.raw import EXPORTED, NEVER_READ, Context, RawRecord, RawValue, text_of
from app.exchange.records.assembly import draft_of

CELL = "list"


def restated(kind: Kind, body: Body) -> dict[str, Any]:
    """Field → value, as the entry of an import has them."""
    values: dict[str, list[RawValue]] = {}
    for column, cell in zip(COLUMNS[kind], row_of(kind, body), strict=True):
        known = meaning(column.header, kind)
        text = text_of(cell)
        if known is None or known.field in NEVER_READ or not text:
            continue
        raw = RawValue(known.field, column.header, text, cell, CELL, known.unit, EXPORTED)
        values.setdefault(known.field, []).append(raw)
    return draft_of(RawRecord(CELL, kind, values, Context())).shown()
