"""Ids of organisations inside lists of other tables, which a merge rewrites and its undoing restores."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, Text, cast, select, update
from sqlalchemy.orm import Session

from app.database import Base

IN_LISTS = "lists"
"""The key of these changes in `OrganisationDecision.moved`."""
_LISTS = (("achievements", "co_org_ids"), ("managers", "declared_conflicts"))

Change = dict[str, Any]
"""Table, column and key of a row, and its list before and after the merge."""


def rewrite_lists(session: Session, gone: UUID, kept: UUID) -> list[Change]:
    """Replace the id in all lists; an entry that stands there already stays once."""
    changes: list[Change] = []
    for table, column in _columns():
        found = select(table.c.id, column).where(cast(column, Text).contains(str(gone)))
        for key, before in session.execute(found).all():
            after = _without_repetition([_replaced(entry, str(gone), str(kept)) for entry in before])
            _write(session, table, column, key, after)
            changes.append(
                {
                    "table": table.name,
                    "column": column.name,
                    "key": str(key),
                    "before": before,
                    "after": after,
                }
            )
    return changes


def restore_lists(session: Session, changes: Sequence[Change]) -> None:
    """Put back what the merge changed, except lists that somebody has changed since."""
    columns = {(table.name, column.name): (table, column) for table, column in _columns()}
    for change in changes:
        table, column = columns[change["table"], change["column"]]
        key = UUID(change["key"])
        if session.scalar(select(column).where(table.c.id == key)) == change["after"]:
            _write(session, table, column, key, change["before"])


def _columns() -> Iterator[tuple[Table, Column[Any]]]:
    for name, column in _LISTS:
        table = Base.metadata.tables[name]
        yield table, table.c[column]


def _write(session: Session, table: Table, column: Column[Any], key: UUID, value: list[Any]) -> None:
    session.execute(update(table).where(table.c.id == key).values({column.name: value}))


def _replaced(entry: Any, gone: str, kept: str) -> Any:
    if isinstance(entry, Mapping):
        return {name: kept if value == gone else value for name, value in entry.items()}
    return kept if entry == gone else entry


def _without_repetition(entries: list[Any]) -> list[Any]:
    return [entry for index, entry in enumerate(entries) if entry not in entries[:index]]
