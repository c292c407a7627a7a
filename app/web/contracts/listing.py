"""Page `/contracts`: the contracts of the reader, and their versions one by one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.database import ReadSession
from app.engagements.contracts.access import id_of_number
from app.engagements.contracts.presentation.listing import contract_read, contracts_of, version_page
from app.paging import MAX_CURSOR, PageRequest
from app.web.contracts.terms import version_lines
from app.web.page import CurrentPage

router = APIRouter()

ROWS = 20

Cursor = Annotated[str | None, Query(max_length=MAX_CURSOR)]


@router.get("/contracts", name="contracts")
def contracts(
    page: CurrentPage, session: ReadSession, engagement: UUID | None = None, cursor: Cursor = None
) -> Response:
    """The reader's contracts, the newest first."""
    found = contracts_of(session, PageRequest(ROWS, cursor), engagement, principal=page.principal)
    return page.show(
        "contracts/list.html",
        rows=found.items,
        engagement=engagement,
        first=page.with_query(cursor=None) if cursor else None,
        following=page.with_query(cursor=found.next_cursor) if found.next_cursor else None,
    )


@router.get("/contracts/{number}/versions", name="contract_versions")
def versions(page: CurrentPage, number: str, session: ReadSession, cursor: Cursor = None) -> Response:
    """What was changed, by whom and why, the newest first."""
    contract_id = id_of_number(session, number, principal=page.principal)
    found = version_page(session, contract_id, PageRequest(ROWS, cursor), principal=page.principal)
    contract = contract_read(session, contract_id, principal=page.principal)
    return page.show(
        "contracts/versions.html",
        contract=contract,
        lines=list(version_lines(found.items, contract)),
        first=page.with_query(cursor=None) if cursor else None,
        following=page.with_query(cursor=found.next_cursor) if found.next_cursor else None,
    )
