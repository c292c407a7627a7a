"""The numbered changes of inboxes, from which streams resume; written in the transaction of the change.

Code that changes what an inbox shows of a push calls `record_change`: the push's `state`, `snoozed_until`,
`ended_reason` and `rank_score`, and the versions of its records.

Numbers are per manager and follow the order of commits: a transaction that takes one locks the manager's row until its
commit, so that no reader sees number 8 before number 7. Numbers are taken immediately before the commit, for all
managers of the transaction by ascending id. Nothing is locked afterwards, so transactions do not deadlock.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.orm import Session

from app.database import insert_into, now
from app.pushes.models import InboxChange, InboxPosition, Push

NEW, CHANGED = "new", "changed"

_RECORDED = "sanku_inbox_changes"


def record_change(session: Session, push: Push, change: str = CHANGED) -> None:
    """Record that the push is NEW in its manager's inbox or has CHANGED there. A transaction counts as one change."""
    recorded: dict[UUID, tuple[UUID, str]] | None = session.info.get(_RECORDED)
    if recorded is None:
        recorded = session.info[_RECORDED] = {}
        event.listen(session, "before_commit", _write, once=True)
    if change == NEW:
        recorded[push.id] = (push.manager_id, NEW)
    else:
        recorded.setdefault(push.id, (push.manager_id, CHANGED))


def _write(session: Session) -> None:
    session.flush()
    recorded: dict[UUID, tuple[UUID, str]] = session.info.pop(_RECORDED)
    by_manager: dict[UUID, list[tuple[UUID, str]]] = {}
    for push_id, (manager_id, change) in recorded.items():
        by_manager.setdefault(manager_id, []).append((push_id, change))
    for manager_id in sorted(by_manager):
        _append(session, manager_id, sorted(by_manager[manager_id]))


def _append(session: Session, manager_id: UUID, changes: Iterable[tuple[UUID, str]]) -> None:
    rows = list(changes)
    last = session.scalar(
        insert_into(session, InboxPosition)
        .values(manager_id=manager_id, last=len(rows))
        .on_conflict_do_update(index_elements=["manager_id"], set_={"last": InboxPosition.last + len(rows)})
        .returning(InboxPosition.last)
    )
    moment, first = now(), last - len(rows) + 1
    session.add_all(
        InboxChange(manager_id=manager_id, seq=first + place, push_id=push_id, change=change, at=moment)
        for place, (push_id, change) in enumerate(rows)
    )
    session.flush()
