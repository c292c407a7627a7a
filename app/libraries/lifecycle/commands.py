"""Commands on one record: create it, change it, or take it a step on in its life.

A command is a function that finds the record, checks whether it may be done and changes the object, but writes
nothing. So it can be run twice: once on a copy for its outcome (`dry_run`, which embeds what would be published
while no lock is held), and once in the transaction that stores it (`execute`), where everything is checked again.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import require
from app.accounts.access.principal import Principal
from app.conditional_requests import check_if_match
from app.database import Database, new_id
from app.errors import Invalid, NotFound
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


Command = Callable[[Session, bool], PendingChange]
"""(session, whether to lock the record's row) → what was done to it."""


def create(
    library: Library, values: Mapping[str, Any], *, draft: bool, principal: Principal, settings: Settings
) -> Command:
    """A new record, as a draft or submitted at once.

    The command raises Forbidden where the principal may not create for that owner, and Invalid.
    """

    def apply(session: Session, _: bool) -> PendingChange:
        record: Record = library.model(id=new_id(), number="")
        given = dict(values)
        owner = given.pop("owner_org_id", None) or principal.organisation_id
        record.owner_org_id = owner
        record.created_by = principal.user_id
        assign(session, library, record, given, principal)
        fill_defaults(record)
        library.derive(record)
        if record.owner_org_id is None:
            raise Invalid.field(
                "owner_org_id", "required", "请指明所属单位", "name the organisation that owns the record"
            )
        require(principal, library.action("create"), own=owns(principal, record))
        refuse_foreign_owner(record, principal, before=None)
        check_owner(session, record.owner_org_id)
        if draft:
            check_required_fields(library, record)
            action = "create"
        else:
            action = publish(session, library, record, principal, settings)
        return applied(library, record, None, action)

    return apply


def change(
    library: Library,
    record_id: UUID,
    values: Mapping[str, Any],
    *,
    principal: Principal,
    settings: Settings,
    if_match: str | None,
) -> Command:
    """Merge `values` into the record; None clears a field. A published one is reviewed again where reviews are on.

    The command raises NotFound, Forbidden, PreconditionRequired, StaleVersion, Conflict (closed or withdrawn) and
    Invalid.
    """

    def apply(session: Session, lock: bool) -> PendingChange:
        record = find(session, library, record_id, principal, lock=lock)
        require(principal, library.action("change"), own=owns(principal, record))
        check_if_match(if_match, record)
        if record.state not in EDITABLE:
            raise wrong_state(record, "change")
        before = snapshot(record, library.relations)
        given = dict(values)
        owner = record.owner_org_id
        move(session, record, given, principal)
        assign(session, library, record, given, principal)
        library.derive(record)
        # What was one's own must stay so: nobody gives a record away.
        require(principal, library.action("change"), own=owns(principal, record))
        refuse_foreign_owner(record, principal, before=owner)
        if record.state == RecordState.DRAFT:
            check_required_fields(library, record)
        else:
            check_publishable(session, library, record)
            touched = changed_fields(before, snapshot(record, library.relations))
            if touched and not principal.sees_everything and library.needs_review(settings):
                record.state = RecordState.SUBMITTED.value
        return applied(library, record, before, "change")

    return apply


def take(
    library: Library,
    record_id: UUID,
    step: RecordTransition,
    *,
    principal: Principal,
    settings: Settings,
    if_match: str | None = None,
    note: str | None = None,
) -> Command:
    """A step of the record's life; If-Match is held only where it was sent.

    The command raises NotFound, Forbidden, StaleVersion, Conflict (not from this state) and Invalid.
    """

    def apply(session: Session, lock: bool) -> PendingChange:
        record = find(session, library, record_id, principal, lock=lock)
        require(principal, library.action(step.needs), own=owns(principal, record))
        if if_match is not None:
            check_if_match(if_match, record)
        return apply_transition(
            session, library, record, step, principal=principal, settings=settings, note=note
        )

    return apply


def dry_run(database: Database, indexer: Indexer, command: Command) -> PreparedForIndex | None:
    """Run the command on a copy, and compute the vectors of what it would publish; stores nothing, locks nothing."""
    with database.reading() as session, session.no_autoflush:
        done = command(session, False)
        session.expunge_all()
    return indexer.prepare([done.record])[0] if done.is_published else None


def find(
    session: Session,
    library: Library,
    record_id: UUID,
    principal: Principal,
    *,
    lock: bool,
    assigned: Collection[UUID] = frozenset(),
) -> Record:
    """
    Raises:
        NotFound: there is no such record, or the principal may not know of it.
    """
    query = visible(
        select(library.model).where(library.model.id == record_id),
        library.model,
        principal,
        assigned=assigned,
    )
    record: Record | None = session.scalar(query.with_for_update(of=library.model) if lock else query)
    if record is None:
        raise NotFound
    return record
