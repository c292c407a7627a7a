"""Columns of a file that were not understood, and the fields that they may mean."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.exchange.headers.dictionary import Kind, wordings
from app.web.desk.imports.rows import KINDS, label_of
from app.web.forms.fields import Choice
from app.web.i18n import translate

_NOT_FIELDS = frozenset({"ignore", "never", "serial", "status", "authority", "price_unit"})
_MOST = 40


def unknown_columns(report: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Header and kind of record of the columns without a meaning, each header once."""
    found: dict[str, str] = {}
    for table in report.get("tables", ()):
        for column in table.get("columns", {}).values():
            header, field = str(column.get("header") or "").strip(), column.get("field")
            if header and not field:
                found.setdefault(header, str(table.get("kind", "")))
    return tuple(found.items())[:_MOST]


def column_choices(report: Mapping[str, Any]) -> dict[str, Sequence[Choice]]:
    """For each kind of record in the file the fields that a column may mean."""
    kinds = {str(table.get("kind", "")) for table in report.get("tables", ())}
    return {
        kind: [
            Choice(field, translate(label_of(kind, field)), translate(KINDS[kind]))
            for field in dict.fromkeys(wordings(Kind(kind)).values())
            if field not in _NOT_FIELDS and label_of(kind, field) != field
        ]
        for kind in kinds
        if kind in KINDS
    }
