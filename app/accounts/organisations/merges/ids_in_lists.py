"""Ids of organisations inside lists of other tables, which a merge rewrites and its undoing restores."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnClause, TableClause, Text, cast, select, update
from sqlalchemy.orm import Session

from app.database import upper_table

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
            after = rewritten(before, gone, kept)
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


@dataclass(frozen=True, slots=True)
class LaterMerge:
    """A merge that still holds, with what it changed in lists; `changes` are rewritten in place."""

    gone: UUID
    kept: UUID
    changes: list[Change]


def restore_lists(
    session: Session, changes: Sequence[Change], *, gone: UUID, kept: UUID, later: Sequence[LaterMerge] = ()
) -> None:
    """Put back what a merge changed. Later merges, oldest first, hold on: they are applied again to what is restored.
    Where somebody has changed a list since, the entries that were replaced come back, unless what replaced them was
    removed."""
    columns = {(table.name, column.name): (table, column) for table, column in _columns()}
    for change in changes:
        table, column = columns[change["table"], change["column"]]
        key = UUID(change["key"])
        present = session.scalar(select(column).where(table.c.id == key))
        if present is None:
            continue
        links = [(merge, link) for merge in later for link in merge.changes if _row(link) == _row(change)]
        if present == (links[-1][1] if links else change)["after"]:
            value = change["before"]
            for merge, link in links:
                link["before"] = value
                value = link["after"] = rewritten(value, merge.gone, merge.kept)
        else:
            value = _with_originals(present, change["before"], gone, kept)
        _write(session, table, column, key, value)


def _row(change: Change) -> tuple[str, str, str]:
    return change["table"], change["column"], change["key"]


def rewritten(entries: list[Any], gone: UUID, kept: UUID) -> list[Any]:
    """The list with one id in place of the other."""
    return _without_repetition([_replaced(entry, str(gone), str(kept)) for entry in entries])


def _with_originals(present: list[Any], before: list[Any], gone: UUID, kept: UUID) -> list[Any]:
    """What replaced them stays, too: other merges may have put it there, and a tie too many does less harm than one
    that is lost."""
    entries = list(present)
    for original in before:
        replacing = _replaced(original, str(gone), str(kept))
        if replacing != original and replacing in entries and original not in entries:
            entries.insert(entries.index(replacing), original)
    return entries


def _columns() -> Iterator[tuple[TableClause, ColumnClause[Any]]]:
    for name, column in _LISTS:
        table = upper_table(name)
        yield table, table.c[column]


def _write(
    session: Session, table: TableClause, column: ColumnClause[Any], key: UUID, value: list[Any]
) -> None:
    session.execute(update(table).where(table.c.id == key).values({column.name: value}))


def _replaced(entry: Any, gone: str, kept: str) -> Any:
    if isinstance(entry, Mapping):
        return {name: kept if value == gone else value for name, value in entry.items()}
    return kept if entry == gone else entry


def _without_repetition(entries: list[Any]) -> list[Any]:
    return [entry for index, entry in enumerate(entries) if entry not in entries[:index]]
