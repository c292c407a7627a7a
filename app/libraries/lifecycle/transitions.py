"""A record's life: draft → submitted → published → closed or withdrawn, and the steps between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.database import now
from app.errors import Conflict
from app.libraries.library import Library
from app.libraries.lifecycle.publishing import refuse_unpublishable
from app.libraries.record.enums import RecordState
from app.libraries.record.models import Record
from app.libraries.record.versions import changed_fields, snapshot
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Applied:
    """A changed record that is not stored yet. `before` is None for a new one; no `changed` field means no change."""

    library: Library
    record: Record
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]
    action: str
    note: str = ""

    @property
    def changed(self) -> list[str]:
        return changed_fields(self.before, self.after)

    @property
    def was_published(self) -> bool:
        return self.before is not None and self.before["state"] == RecordState.PUBLISHED.value

    @property
    def is_published(self) -> bool:
        return self.record.state == RecordState.PUBLISHED.value


@dataclass(frozen=True, slots=True)
class Step:
    """One step in a record's life. `needs` is the verb of the permission table."""

    name: str
    needs: str
    sources: tuple[RecordState, ...]
    target: RecordState


STEPS: Mapping[str, Step] = {
    step.name: step
    for step in (
        Step("submit", "submit", (RecordState.DRAFT,), RecordState.PUBLISHED),
        Step("approve", "review", (RecordState.SUBMITTED,), RecordState.PUBLISHED),
        Step("return", "review", (RecordState.SUBMITTED, RecordState.PUBLISHED), RecordState.DRAFT),
        Step("withdraw", "withdraw", (RecordState.SUBMITTED, RecordState.PUBLISHED), RecordState.WITHDRAWN),
        Step("close", "close", (RecordState.PUBLISHED,), RecordState.CLOSED),
        Step("restore", "change", (RecordState.WITHDRAWN, RecordState.CLOSED), RecordState.DRAFT),
        Step("expire", "withdraw", (RecordState.PUBLISHED,), RecordState.WITHDRAWN),
    )
}


def apply_step(
    session: Session,
    library: Library,
    record: Record,
    step: Step,
    *,
    principal: Principal,
    settings: Settings,
    note: str | None = None,
) -> Applied:
    if record.state not in step.sources:
        raise wrong_state(record, step.name)
    before = snapshot(record, library.relations)
    action = step.name
    if step.name == "submit":
        action = go_public(session, library, record, principal, settings)
    elif step.target is RecordState.PUBLISHED:
        _publish(session, library, record)
    else:
        record.state = step.target.value
    record.review_note = note if step.name == "return" else None
    return applied(library, record, before, action, note or "")


def go_public(
    session: Session, library: Library, record: Record, principal: Principal, settings: Settings
) -> str:
    """Submit; without a review, or by the reviewer himself, that publishes. Returns what it came to."""
    if library.needs_review(settings) and not principal.sees_everything:
        refuse_unpublishable(session, library, record)
        record.state = RecordState.SUBMITTED.value
        return "submit"
    _publish(session, library, record)
    return "publish"


def _publish(session: Session, library: Library, record: Record) -> None:
    refuse_unpublishable(session, library, record)
    record.state = RecordState.PUBLISHED.value
    record.published_at = now()


def applied(
    library: Library, record: Record, before: Mapping[str, Any] | None, action: str, note: str = ""
) -> Applied:
    return Applied(library, record, before, snapshot(record, library.relations), action, note)


def wrong_state(record: Record, attempted: str) -> Conflict:
    state = next(each for each in RecordState if each == record.state)
    return Conflict(
        f"'{attempted}' is not possible while the record is {state.value}.",
        f"记录当前为“{state.zh}”,不能执行此操作。",
        code="wrong_state",
        state=state.value,
    )
