"""The states of a record (draft → submitted → published → closed or withdrawn) and the transitions between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.database import now
from app.errors import Conflict
from app.libraries.library import Library
from app.libraries.lifecycle.publishing import check_publishable
from app.libraries.record.enums import RecordState
from app.libraries.record.models import Record
from app.libraries.record.versions import changed_fields, snapshot, to_json
from app.settings import Settings

SET_BY_STORING = (
    "number",
    "completeness",
    "created_at",
    "updated_at",
    "published_at",
    "version",
)
"""Columns that `lifecycle.storage` sets after a change was applied."""


@dataclass(frozen=True, slots=True)
class PendingChange:
    """A changed record that is not stored yet. `before` and `after` are snapshots; `before` is None if it is new."""

    library: Library
    record: Record
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]
    action: str
    note: str = ""

    @property
    def changed(self) -> list[str]:
        """Names of the changed fields; empty if nothing changed."""
        return changed_fields(self.before, self.after)

    def stored_snapshot(self) -> dict[str, Any]:
        """The snapshot of the record once it is stored: with its number, its version and what storing sets."""
        set_by_storing = {name: to_json(getattr(self.record, name)) for name in SET_BY_STORING}
        relations = {
            name: [snapshot(row) for row in getattr(self.record, name)] for name in self.library.relations
        }
        return {**self.after, **set_by_storing, **relations}

    @property
    def was_published(self) -> bool:
        return self.before is not None and self.before["state"] == RecordState.PUBLISHED.value

    @property
    def is_published(self) -> bool:
        return self.record.state == RecordState.PUBLISHED.value


@dataclass(frozen=True, slots=True)
class RecordTransition:
    """A permitted change of state. `needs` is the verb in the permission table."""

    name: str
    needs: str
    sources: tuple[RecordState, ...]
    target: RecordState


TRANSITIONS: Mapping[str, RecordTransition] = {
    step.name: step
    for step in (
        RecordTransition("submit", "submit", (RecordState.DRAFT,), RecordState.PUBLISHED),
        RecordTransition("approve", "review", (RecordState.SUBMITTED,), RecordState.PUBLISHED),
        RecordTransition(
            "return", "review", (RecordState.SUBMITTED, RecordState.PUBLISHED), RecordState.DRAFT
        ),
        RecordTransition(
            "withdraw", "withdraw", (RecordState.SUBMITTED, RecordState.PUBLISHED), RecordState.WITHDRAWN
        ),
        RecordTransition("close", "close", (RecordState.PUBLISHED,), RecordState.CLOSED),
        RecordTransition("restore", "change", (RecordState.WITHDRAWN, RecordState.CLOSED), RecordState.DRAFT),
        RecordTransition("expire", "withdraw", (RecordState.PUBLISHED,), RecordState.WITHDRAWN),
    )
}


def apply_transition(
    session: Session,
    library: Library,
    record: Record,
    step: RecordTransition,
    *,
    principal: Principal,
    settings: Settings,
    before: Mapping[str, Any] | None = None,
    note: str | None = None,
) -> PendingChange:
    """Change the record's state; `note` is the review note of a return, `before` a snapshot from before other changes.

    Raises:
        Conflict: the transition is not possible from the record's state.
        Invalid: the record does not meet the publishing rules.
    """
    if record.state not in step.sources:
        raise wrong_state(record, step.name)
    before = before or snapshot(record, library.relations)
    action = step.name
    if step.name == "submit":
        action = publish(session, library, record, principal, settings)
    elif step.target is RecordState.PUBLISHED:
        _publish(session, library, record)
    else:
        record.state = step.target.value
    record.review_note = note if step.name == "return" else None
    return pending_change(library, record, before, action, note or "")


def publish(
    session: Session, library: Library, record: Record, principal: Principal, settings: Settings
) -> str:
    """Submit the record, or publish it if it `waits_for_review` of nobody. Returns the action."""
    if waits_for_review(session, library, record, principal, settings):
        check_publishable(session, library, record)
        record.state = RecordState.SUBMITTED.value
        return "submit"
    _publish(session, library, record)
    return "publish"


def waits_for_review(
    session: Session, library: Library, record: Record, principal: Principal, settings: Settings
) -> bool:
    """Whether the bureau looks at this record before others see it: the library is reviewed, or its owner registered
    without being verified yet. What operators write themselves never waits."""
    if principal.sees_everything:
        return False
    owner = session.get(Organisation, record.owner_org_id)
    return library.needs_review(settings) or owner is None or not owner.trusted


def _publish(session: Session, library: Library, record: Record) -> None:
    check_publishable(session, library, record)
    record.state = RecordState.PUBLISHED.value
    record.published_at = now()


def pending_change(
    library: Library, record: Record, before: Mapping[str, Any] | None, action: str, note: str = ""
) -> PendingChange:
    """The change of a record from the snapshot `before` to its present values."""
    return PendingChange(library, record, before, snapshot(record, library.relations), action, note)


def wrong_state(record: Record, attempted: str) -> Conflict:
    """The error for an operation that the record's state does not allow."""
    state = RecordState.of(record.state)
    return Conflict(
        f"'{attempted}' is not possible in the state {state.value}.",
        f"记录当前为“{state.zh}”，不能执行此操作。",
        code="wrong_state",
        state=state.value,
    )
