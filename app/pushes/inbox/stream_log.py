"""The stream log: every new or changed push becomes a numbered change of its manager's inbox, in the same transaction.

Numbers are per manager and follow the order of commits: a transaction that takes one locks the manager's row until its
commit, so that no reader sees number 8 before number 7. Numbers are taken immediately before the commit, for all
managers of the transaction by ascending id. Nothing is locked afterwards, so transactions do not deadlock.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import event, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.database import now
from app.pushes.inbox.models import InboxChange, InboxPosition
from app.pushes.models import Push

NEW, CHANGED = "new", "changed"

_SHOWN = ("state", "snoozed_until", "ended_reason", "rank_score", "demand_version", "achievement_version")
"""Columns whose changes are visible in the inbox."""

_NOTED = "sanku_inbox_changes"


def _note(session: Session, _: Any) -> None:
    """After each flush, remember which pushes were written. Several writes in a transaction are one change."""
    noted: dict[UUID, tuple[UUID, str]] = session.info.setdefault(_NOTED, {})
    for push in session.new:
        if isinstance(push, Push):
            noted[push.id] = (push.manager_id, NEW)
    for push in session.dirty:
        if isinstance(push, Push) and _is_shown(push):
            noted.setdefault(push.id, (push.manager_id, CHANGED))


def _is_shown(push: Push) -> bool:
    attributes = inspect(push).attrs
    return any(attributes[name].history.has_changes() for name in _SHOWN)


def _write(session: Session) -> None:
    session.flush()
    noted: dict[UUID, tuple[UUID, str]] = session.info.pop(_NOTED, {})
    by_manager: dict[UUID, list[tuple[UUID, str]]] = {}
    for push_id, (manager_id, change) in noted.items():
        by_manager.setdefault(manager_id, []).append((push_id, change))
    for manager_id in sorted(by_manager):
        _append(session, manager_id, sorted(by_manager[manager_id]))


def _append(session: Session, manager_id: UUID, changes: Iterable[tuple[UUID, str]]) -> None:
    rows = list(changes)
    insert: Any = (sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert)(
        InboxPosition
    )
    last = session.scalar(
        insert.values(manager_id=manager_id, last=len(rows))
        .on_conflict_do_update(index_elements=["manager_id"], set_={"last": InboxPosition.last + len(rows)})
        .returning(InboxPosition.last)
    )
    moment, first = now(), last - len(rows) + 1
    session.add_all(
        InboxChange(manager_id=manager_id, seq=first + place, push_id=push_id, change=change, at=moment)
        for place, (push_id, change) in enumerate(rows)
    )
    session.flush()


def _forget(session: Session, *_: Any) -> None:
    session.info.pop(_NOTED, None)


def follow() -> None:
    """Install the listeners in this process. A repeated call has no effect."""
    for name, listener in (
        ("after_flush", _note),
        ("before_commit", _write),
        ("after_soft_rollback", _forget),
    ):
        if not event.contains(Session, name, listener):
            event.listen(Session, name, listener)
