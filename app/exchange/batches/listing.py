"""Batches and their rows, and the confirmation of deductions, for routes and pages alike."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.database import one_or_not_found
from app.exchange.batches.commit import batch_for, waiting_rows
from app.exchange.batches.models import ImportBatch, ImportRow, RowAction, RowState
from app.exchange.batches.schemas import BatchRead, RowRead
from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES
from app.paging import Page, PageRequest, Sort, list_page

_NEWEST = Sort(ImportBatch.created_at, str, descending=True, name="created_at")
_BY_POSITION = Sort(ImportRow.position, int, name="position")


def batch_page(session: Session, paging: PageRequest, *, principal: Principal) -> Page[BatchRead]:
    """The batches of the principal's organisation, the newest first; the bureau sees all."""
    require(principal, Action.IMPORT_READ, own=True)
    query = select(ImportBatch)
    if not principal.sees_everything:
        query = query.where(ImportBatch.organisation_id == principal.organisation_id)
    return list_page(session, query, _NEWEST, paging, BatchRead.model_validate)


def batch_read(session: Session, batch_id: UUID, *, principal: Principal) -> BatchRead:
    """
    Raises:
        NotFound: there is no such batch for the principal.
    """
    return BatchRead.model_validate(batch_for(session, batch_id, principal, Action.IMPORT_READ))


def row_page(
    session: Session,
    batch_id: UUID,
    paging: PageRequest,
    *,
    principal: Principal,
    action: RowAction | None = None,
    state: RowState | None = None,
) -> Page[RowRead]:
    """The rows of a batch in their order.

    Raises:
        NotFound: see `batch_read`.
    """
    batch_for(session, batch_id, principal, Action.IMPORT_READ)
    query = select(ImportRow).where(ImportRow.batch_id == batch_id)
    if action is not None:
        query = query.where(ImportRow.action == action.value)
    if state is not None:
        query = query.where(ImportRow.state == state.value)
    return list_page(session, query, _BY_POSITION, paging, RowRead.model_validate)


def shown_rows(
    session: Session, batch_id: UUID, paging: PageRequest, shown: str, *, principal: Principal
) -> Page[RowRead]:
    """The rows of one action by its code, those that failed, or else all; see `row_page`."""
    action = next((one for one in RowAction if one.value == shown), None)
    state = RowState.FAILED if shown == RowState.FAILED.value else None
    return row_page(session, batch_id, paging, principal=principal, action=action, state=state)


def numbers_of_records(session: Session, rows: Sequence[RowRead]) -> dict[UUID, tuple[RecordKind, str]]:
    """Id → kind and number of the records of a library that these rows became; `rows` as `row_page` gave them."""
    found: dict[UUID, tuple[RecordKind, str]] = {}
    for kind, library in LIBRARIES.items():
        ids = [row.record_id for row in rows if row.state is RowState.DONE and row.kind == kind.value]
        model = library.model
        for id_, number in session.execute(select(model.id, model.number).where(model.id.in_(ids))):
            found[id_] = (kind, number)
    return found


def row_counts(session: Session, batch_id: UUID, *, principal: Principal) -> dict[str, int]:
    """How many rows there are of each action and of each state, and under `importable` how many wait for a commit.

    Raises:
        NotFound: see `batch_read`.
    """
    batch_for(session, batch_id, principal, Action.IMPORT_READ)
    counts: dict[str, int] = {}
    for column in (ImportRow.action, ImportRow.state):
        query = (
            select(column, func.count())
            .where(ImportRow.batch_id == batch_id)
            .group_by(column)
            .order_by(column)
        )
        counts |= {row[0]: row[1] for row in session.execute(query)}
    waiting = session.scalar(select(func.count()).select_from(waiting_rows(batch_id).subquery()))
    return counts | {"importable": waiting or 0}


def accept(
    session: Session, batch_id: UUID, row_id: UUID, accepted: Sequence[str], *, principal: Principal
) -> RowRead:
    """Confirm deductions of a row; those that are not named are not stored.

    Raises:
        NotFound: see `batch_read`; or the batch has no such row.
    """
    batch_for(session, batch_id, principal, Action.IMPORT_CHANGE)
    query = select(ImportRow).where(ImportRow.batch_id == batch_id, ImportRow.id == row_id)
    row = one_or_not_found(session, query.with_for_update())
    row.accepted = list(accepted)
    return RowRead.model_validate(row)


def row_read(session: Session, batch_id: UUID, row_id: UUID, *, principal: Principal) -> RowRead:
    """One row.

    Raises:
        NotFound: see `accept`.
    """
    batch_for(session, batch_id, principal, Action.IMPORT_READ)
    query = select(ImportRow).where(ImportRow.batch_id == batch_id, ImportRow.id == row_id)
    return RowRead.model_validate(one_or_not_found(session, query))
