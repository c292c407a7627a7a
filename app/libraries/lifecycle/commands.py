"""Commands on one record: create it, change it, or move it to another state.

`Command.apply` finds the record, checks permissions and rules and changes the object, but writes nothing. So it can
run twice: first on a copy for its outcome (`dry_run.dry_run`, which embeds what would be published while no lock is
held), then in the transaction that stores it (`store.execute`), where everything is checked again.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.permissions import require
from app.accounts.access.principal import Principal
from app.accounts.organisations.lookup import referred
from app.accounts.organisations.recusal import refuse_tied
from app.conditional_requests import check_if_match, check_if_sent
from app.database import new_id, unlinked_id
from app.errors.collection import Faults
from app.libraries.library import Library
from app.libraries.lifecycle.apply_values import (
    check_owner,
    confirm,
    fill_defaults,
    refuse_foreign_owner,
    set_owner,
    set_values,
)
from app.libraries.lifecycle.lookup import find
from app.libraries.lifecycle.publishing import check_publishable, check_required_fields, known_faults
from app.libraries.lifecycle.transitions import (
    PendingChange,
    RecordTransition,
    apply_transition,
    pending_change,
    publish,
    waits_for_review,
    wrong_state,
)
from app.libraries.record.enums import PublishMode, RecordKind, RecordState
from app.libraries.record.models import Record
from app.libraries.record.versions import changed_fields, snapshot
from app.libraries.visibility.rows import owns
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

    def refuse_tied(self, session: Session, record: Record) -> None:
        """
        Raises:
            Conflict: the principal is an operator with a tie to an owner of the record, or to the manager.
        """
        is_manager = self.library.kind is RecordKind.MANAGER
        refuse_tied(
            session,
            self.principal,
            organisations=(
                record.owner_org_id,
                *(UUID(str(id_)) for id_ in getattr(record, "co_org_ids", None) or ()),
            ),
            managers=[record.id] if is_manager else (),
        )


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
            self.refuse_tied(session, record)
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
            Conflict: the record is closed or withdrawn, or an operator has a tie to its owner, before or afterwards.
            Invalid: a field is invalid, or missing for publishing.
        """
        library, principal = self.library, self.principal
        record = find(session, library, self.record_id, principal, lock=lock)
        self.require("change", record)
        self.refuse_tied(session, record)
        check_if_match(self.if_match, record)
        if record.state not in EDITABLE:
            raise wrong_state(record, "change")
        before = snapshot(record, library.relations)
        known = known_faults(library, record)
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
        self.refuse_tied(session, record)
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
        self.refuse_tied(session, record)
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
