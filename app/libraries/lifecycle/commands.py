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

from app.accounts.access.disclosure import NOTHING_OPENED, OpenedRecords
from app.accounts.access.permissions import require
from app.accounts.access.principal import Principal
from app.conditional_requests import check_if_match, check_if_sent
from app.database import Database, new_id, one_or_not_found
from app.errors import Invalid
from app.libraries.disclosure.visibility import owns, visible
from app.libraries.library import Library
from app.libraries.lifecycle.apply_values import (
    assign,
    check_owner,
    fill_defaults,
    move,
    refuse_foreign_owner,
)
from app.libraries.lifecycle.publishing import check_publishable, check_required_fields
from app.libraries.lifecycle.transitions import (
    PendingChange,
    RecordTransition,
    applied,
    apply_transition,
    publish,
    wrong_state,
)
from app.libraries.record.enums import RecordState
from app.libraries.record.indexing import Indexer, PreparedForIndex
from app.libraries.record.models import Record
from app.libraries.record.versions import changed_fields, snapshot
from app.settings import Settings

EDITABLE = (RecordState.DRAFT, RecordState.SUBMITTED, RecordState.PUBLISHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(ABC):
    """What a principal wants done to one record of a library."""

    library: Library
    principal: Principal
    settings: Settings

    @abstractmethod
    def apply(self, session: Session, *, lock: bool) -> PendingChange:
        """The changed record, not stored yet. `lock` keeps its row as it is until the transaction ends."""

    def require(self, verb: str, record: Record) -> None:
        """
        Raises:
            Unauthenticated, Forbidden: the table of permissions does not grant this.
        """
        require(self.principal, self.library.action(verb), own=owns(self.principal, record))


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRecord(Command):
    """A new record from `values`: kept as a draft, or submitted at once."""

    values: Mapping[str, Any]
    draft: bool

    def apply(self, session: Session, *, lock: bool) -> PendingChange:  # noqa: ARG002 — there is no row yet
        """
        Raises:
            Forbidden: the principal may not create a record of that owner.
            Invalid: a field is wrong, or missing for publication.
        """
        library, principal = self.library, self.principal
        record: Record = library.model(id=new_id(), number="")
        given = dict(self.values)
        record.owner_org_id = given.pop("owner_org_id", None) or principal.organisation_id
        record.created_by = principal.user_id
        assign(session, library, record, given, principal)
        fill_defaults(record)
        library.derive(record)
        if record.owner_org_id is None:
            raise Invalid.field(
                "owner_org_id", "required", "请指明所属单位", "name the organisation that owns the record"
            )
        self.require("create", record)
        refuse_foreign_owner(record, principal, before=None)
        check_owner(session, record.owner_org_id)
        if self.draft:
            check_required_fields(library, record)
            action = "create"
        else:
            action = publish(session, library, record, principal, self.settings)
        return applied(library, record, None, action)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRecord(Command):
    """Merge `values` into the record; None clears a field. A published one is reviewed again where reviews are on."""

    record_id: UUID
    values: Mapping[str, Any]
    if_match: str | None

    def apply(self, session: Session, *, lock: bool) -> PendingChange:
        """
        Raises:
            NotFound, Forbidden: the record is not the principal's to change.
            PreconditionRequired, StaleVersion: see `check_if_match`.
            Conflict: the record is closed or withdrawn.
            Invalid: a field is wrong, or missing for publication.
        """
        library, principal = self.library, self.principal
        record = find(session, library, self.record_id, principal, lock=lock)
        self.require("change", record)
        check_if_match(self.if_match, record)
        if record.state not in EDITABLE:
            raise wrong_state(record, "change")
        before = snapshot(record, library.relations)
        given = dict(self.values)
        owner = record.owner_org_id
        move(session, record, given, principal)
        assign(session, library, record, given, principal)
        library.derive(record)
        # What was one's own must stay so: nobody gives a record away.
        self.require("change", record)
        refuse_foreign_owner(record, principal, before=owner)
        if record.state == RecordState.DRAFT:
            check_required_fields(library, record)
        else:
            check_publishable(session, library, record)
            touched = changed_fields(before, snapshot(record, library.relations))
            if touched and not principal.sees_everything and library.needs_review(self.settings):
                record.state = RecordState.SUBMITTED.value
        return applied(library, record, before, "change")


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRecord(Command):
    """One transition of the record's life. If-Match is optional; `note` goes with a return."""

    record_id: UUID
    transition: RecordTransition
    if_match: str | None = None
    note: str | None = None

    def apply(self, session: Session, *, lock: bool) -> PendingChange:
        """
        Raises:
            NotFound, Forbidden: the record is not the principal's to move.
            StaleVersion: the record is newer than what the sender read.
            Conflict: the transition does not start from the present state.
            Invalid: a field is wrong, or missing for publication.
        """
        record = find(session, self.library, self.record_id, self.principal, lock=lock)
        self.require(self.transition.needs, record)
        check_if_sent(self.if_match, record)
        return apply_transition(
            session,
            self.library,
            record,
            self.transition,
            principal=self.principal,
            settings=self.settings,
            note=self.note,
        )


def dry_run(database: Database, indexer: Indexer, command: Command) -> PreparedForIndex | None:
    """Apply the command to a copy and embed what it would publish; stores nothing, locks nothing.

    Raises what the command raises; None where nothing would be published.
    """
    with database.reading() as session, session.no_autoflush:
        done = command.apply(session, lock=False)
        session.expunge_all()
    return indexer.prepare([done.record])[0] if done.is_published else None


def find(
    session: Session,
    library: Library,
    record_id: UUID,
    principal: Principal,
    *,
    lock: bool,
    opened: OpenedRecords = NOTHING_OPENED,
) -> Record:
    """
    Raises:
        NotFound: there is no such record, or the principal may not know of it.
    """
    model = library.model
    query = visible(select(model).where(model.id == record_id), model, principal, opened=opened)
    record: Record = one_or_not_found(session, query.with_for_update(of=model) if lock else query)
    return record
