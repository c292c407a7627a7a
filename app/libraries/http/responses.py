"""From a request to an answer: the two phases of a command, and records as their readers get them."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.orm import Session

from app.accounts.access.permissions import require
from app.accounts.access.principal import Principal
from app.accounts.models import Role
from app.conditional_requests import etag
from app.idempotency import created_once, was_answered
from app.libraries.http import listing as lists
from app.libraries.http.filters import RecordFilters
from app.libraries.library import Library
from app.libraries.lifecycle import commands, store
from app.libraries.schemas import FacetCount, RecordFields
from app.paging import Page

Item = TypeVar("Item")


class RecordPage(Page[Item], Generic[Item]):
    facets: dict[str, list[FacetCount]] | None = Field(
        None, title="分面计数", description="facets=true 时返回"
    )


def assigned_to(request: Request, session: Session, principal: Principal) -> frozenset[UUID]:
    """The records that a manager brokers. Engagements lie above this layer: they hand the look-up in."""
    resolver: Callable[..., frozenset[UUID]] | None = getattr(request.app.state, "assigned_records", None)
    if resolver is None or principal.role is not Role.MANAGER or principal.manager_id is None:
        return frozenset()
    return resolver(session, [principal.manager_id])


def approved_for(request: Request, session: Session, principal: Principal) -> frozenset[UUID]:
    """The records whose owners consent that this reader sees more of them; handed in like `assigned_to`."""
    resolver: Callable[..., frozenset[UUID]] | None = getattr(request.app.state, "approved_records", None)
    return resolver(session, principal) if resolver is not None else frozenset()


def create_record(
    library: Library,
    request: Request,
    session: Session,
    principal: Principal,
    payload: RecordFields,
    key: str | None,
) -> Response:
    """Validate and embed first, then store all in one transaction; a repeated key gets the first answer again."""
    state = request.app.state
    holder = principal.user_id or principal.api_key_id or ""
    values = payload.values()
    command = commands.create(
        library, values, draft=values.pop("draft", False), principal=principal, settings=state.settings
    )
    with state.database.reading() as before:
        answered = was_answered(before, holder=holder, key=key)
    prepared = None if answered else commands.dry_run(state.database, state.indexer, command)

    def create() -> Response:
        record = store.execute(session, command, prepared, principal=principal, indexer=state.indexer)
        response = record_answer(library, session, record, principal, status=201)
        response.headers["Location"] = f"/v1/{library.plural}/{record.id}"
        return response

    return created_once(session, request, holder=holder, key=key, payload=payload, create=create)


def change_record(
    library: Library,
    request: Request,
    session: Session,
    principal: Principal,
    record_id: UUID,
    payload: RecordFields,
    if_match: str | None,
) -> Response:
    command = commands.change(
        library,
        record_id,
        payload.values(),
        principal=principal,
        settings=request.app.state.settings,
        if_match=if_match,
    )
    return run(library, request, session, principal, command)


def run(
    library: Library, request: Request, session: Session, principal: Principal, command: commands.Command
) -> Response:
    """A command on an existing record, in its two phases."""
    state = request.app.state
    prepared = commands.dry_run(state.database, state.indexer, command)
    record = store.execute(session, command, prepared, principal=principal, indexer=state.indexer)
    return record_answer(library, session, record, principal)


def list_answer(
    library: Library,
    request: Request,
    session: Session,
    principal: Principal,
    listing: lists.ListingRules,
    filters: RecordFilters,
) -> Response:
    require(principal, library.action("read"))
    page = lists.list_records(
        session,
        library,
        listing,
        filters,
        principal=principal,
        assigned=assigned_to(request, session, principal),
        approved=approved_for(request, session, principal),
    )
    return JSONResponse(page)


def record_answer(
    library: Library,
    session: Session,
    record: Any,
    principal: Principal,
    *,
    status: int = 200,
    assigned: frozenset[UUID] = frozenset(),
    approved: frozenset[UUID] = frozenset(),
) -> Response:
    (body,) = lists.answers(
        session, [record], principal=principal, library=library, assigned=assigned, approved=approved
    )
    return JSONResponse(body, status, headers={"ETag": etag(record)})
