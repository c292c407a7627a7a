"""Commands on one record: create it, change it, or move it to another state.

`Command.apply` finds the record, checks permissions and rules and changes the object, but writes nothing. So it can
run twice: first on a copy for its outcome (`dry_run`, which embeds what would be published while no lock is held),
then in the transaction that stores it (`store.execute`), where everything is checked again.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.opened_records import NOTHING_OPENED, OpenedRecords
from app.accounts.access.permissions import require
from app.accounts.access.principal import Principal
from app.accounts.organisations.lookup import referred
from app.conditional_requests import check_if_match, check_if_sent
from app.database import Database, new_id, one_or_not_found, unlinked_id
from app.errors import FieldError, Invalid
from app.errors.collection import Faults, refuse_faulty_body
from app.libraries.library import Library
from app.libraries.lifecycle.apply_values import (
    check_owner,
    confirm,
    fill_defaults,
    refuse_foreign_owner,
    set_owner,
    set_values,
)
from app.libraries.lifecycle.publishing import check_publishable, check_required_fields
from app.libraries.lifecycle.transitions import (
    PendingChange,
    RecordTransition,
    apply_transition,
    pending_change,
    publish,
    waits_for_review,
    wrong_state,
)
from app.libraries.record.enums import PublishMode, RecordState
from app.libraries.record.indexing import Indexer, PreparedForIndex
from app.libraries.record.models import Record
from app.libraries.record.versions import changed_fields, snapshot
from app.libraries.visibility.fields import own_rows, owns, visible
from app.settings import Settings

EDITABLE = (RecordState.DRAFT, RecordState.SUBMITTED, RecordState.PUBLISHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(ABC):
    """An operation on one record of a library, on behalf of a principal."""

    library: Library
    principal: Principal
    settings: Settings

    @abstractmethod
    def apply(self, session: Session, *, lock: bool) -> PendingChange:
        """Change the record without storing it. `lock` locks its row until the transaction ends."""

    def require(self, verb: str, record: Record) -> None:
        """
        Raises:
            Unauthenticated, Forbidden: the permission table does not permit it.
        """
        require(self.principal, self.library.action(verb), own=owns(self.principal, record))


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRecord(Command):
    """Create a record from `values`, as a draft or submitted immediately."""

    values: Mapping[str, Any]
    draft: bool

    def apply(self, session: Session, *, lock: bool) -> PendingChange:  # noqa: ARG002 — there is no row yet
        """
        Raises:
            Forbidden: the principal may not create records for that owner.
            Invalid: a field is invalid, or missing for publishing.
        """
        library, principal = self.library, self.principal
        values = dict(self.values)
        hidden = values.get("publish_mode") == PublishMode.CONFIDENTIAL
        record: Record = library.model(id=unlinked_id() if hidden else new_id(), number="")
        record.created_by = principal.user_id
        faults = Faults()
        record.owner_org_id, owner = principal.organisation_id, values.pop("owner_org_id", None)
        with faults.collected():
            record.owner_org_id = (
                referred(session, owner, field="owner_org_id", principal=principal) or record.owner_org_id
            )
        with faults.collected():
            set_values(session, library, record, values, principal)
        fill_defaults(record)
        library.derive(record)
        with faults.collected():
            check_owner(session, record.owner_org_id)
        if record.owner_org_id is not None:
            self.require("create", record)
            refuse_foreign_owner(record, principal, before=None)
        faults.skip_named()
        action = "create"
        with faults.collected():
            if self.draft:
                check_required_fields(library, record)
            else:
                action = publish(session, library, record, principal, self.settings)
        faults.raise_if_any()
        return pending_change(library, record, None, action)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRecord(Command):
    """Set `values` on the record; None clears a field. If reviews are enabled, a published record is reviewed again."""

    record_id: UUID
    values: Mapping[str, Any]
    if_match: str | None

    def apply(self, session: Session, *, lock: bool) -> PendingChange:
        """
        Raises:
            NotFound, Forbidden: the principal may not see or change the record.
            PreconditionRequired, StaleVersion: see `check_if_match`.
            Conflict: the record is closed or withdrawn.
            Invalid: a field is invalid, or missing for publishing.
        """
        library, principal = self.library, self.principal
        record = find(session, library, self.record_id, principal, lock=lock)
        self.require("change", record)
        check_if_match(self.if_match, record)
        if record.state not in EDITABLE:
            raise wrong_state(record, "change")
        before = snapshot(record, library.relations)
        known = tuple(library.check(record))
        values = dict(self.values)
        owner = record.owner_org_id
        faults = Faults()
        with faults.collected():
            set_owner(session, record, values, principal)
        with faults.collected():
            set_values(session, library, record, values, principal)
        library.derive(record)
        faults.skip_named()
        # Check again after the change: users must not give a record away.
        self.require("change", record)
        refuse_foreign_owner(record, principal, before=owner)
        with faults.collected():
            if record.state == RecordState.DRAFT:
                check_required_fields(library, record, known=known)
            else:
                check_publishable(session, library, record, known=known)
        faults.raise_if_any()
        if record.state != RecordState.DRAFT:
            changes = changed_fields(before, snapshot(record, library.relations))
            if changes and waits_for_review(session, library, record, principal, self.settings):
                record.state = RecordState.SUBMITTED.value
        return pending_change(library, record, before, "change")


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRecord(Command):
    """Apply a transition to the record. If-Match is optional; `note` is the review note of a return, `confirmed` are
    words that the principal confirms."""

    record_id: UUID
    transition: RecordTransition
    if_match: str | None = None
    note: str | None = None
    confirmed: tuple[str, ...] = ()

    def apply(self, session: Session, *, lock: bool) -> PendingChange:
        """
        Raises:
            NotFound, Forbidden: the principal may not see the record or apply the transition.
            StaleVersion: the record has changed since the client read it.
            Conflict: the transition is not possible from the current state.
            Invalid: a field is invalid, or missing for publishing.
        """
        record = find(session, self.library, self.record_id, self.principal, lock=lock)
        self.require(self.transition.needs, record)
        check_if_sent(self.if_match, record)
        before = snapshot(record, self.library.relations)
        confirm(record, self.confirmed, self.principal)
        return apply_transition(
            session,
            self.library,
            record,
            self.transition,
            principal=self.principal,
            settings=self.settings,
            before=before,
            note=self.note,
        )


def dry_run(database: Database, indexer: Indexer, command: Command) -> PreparedForIndex | None:
    """Apply the command to a copy and embed what it would publish, without storing or locking anything.

    Returns None if nothing would be published. Raises what the command raises.
    """
    with database.reading() as session, session.no_autoflush:
        change = command.apply(session, lock=False)
        session.expunge_all()
    refuse_faulty_body()
    return indexer.prepare([change.record])[0] if change.is_published else None


def is_reviewed_first(session: Session, command: MoveRecord) -> bool:
    """Whether the record, once submitted, waits for the bureau before others see it. `session` only reads.

    Raises:
        NotFound: the principal may not see the record.
    """
    record = find(session, command.library, command.record_id, command.principal, lock=False)
    return waits_for_review(session, command.library, record, command.principal, command.settings)


def problems_of(session: Session, command: Command) -> tuple[FieldError, ...]:
    """What makes the command invalid, without doing anything; empty if it could be stored. `session` only reads.

    Raises:
        NotFound, Forbidden, Conflict, StaleVersion: as the command.
    """
    try:
        with session.no_autoflush:
            command.apply(session, lock=False)
    except Invalid as error:
        return error.fields
    finally:
        session.expunge_all()
    return ()


def find(
    session: Session,
    library: Library,
    record_id: UUID,
    principal: Principal,
    *,
    lock: bool,
    opened: OpenedRecords = NOTHING_OPENED,
) -> Record:
    """The record with this id; `lock` locks its row.

    Raises:
        NotFound: the record does not exist or is not visible to the principal.
    """
    model = library.model
    query = visible(select(model).where(model.id == record_id), model, principal, opened=opened)
    record: Record = one_or_not_found(session, query.with_for_update(of=model) if lock else query)
    return record


def find_by_number(
    session: Session,
    library: Library,
    number: str,
    principal: Principal,
    *,
    opened: OpenedRecords = NOTHING_OPENED,
    own: bool = False,
) -> Record:
    """The record with this reference number, in any case; with `own` only one of the principal's.

    Raises:
        NotFound: the record does not exist or is not visible to the principal.
    """
    model = library.model
    query = select(model).where(model.number == number.strip().upper())
    if own:
        query = query.where(own_rows(model, principal))
    record: Record = one_or_not_found(session, visible(query, model, principal, opened=opened))
    return record
