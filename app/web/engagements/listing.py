"""Page `/engagements`: the engagements that the reader takes part in or is invited to."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.database import ReadSession
from app.engagements.lists.engagements import STAGES, engagement_page, stage_counts
from app.paging import MAX_CURSOR, PageRequest
from app.web.page import CurrentPage

router = APIRouter()

ROWS = 20


@router.get("/engagements", name="engagements")
def engagements(
    page: CurrentPage,
    session: ReadSession,
    stage: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str | None, Query(max_length=MAX_CURSOR)] = None,
) -> Response:
    """All, or those of one stage, the newest first."""
    chosen = [one for one in STAGES if one.value == stage]
    found = engagement_page(session, PageRequest(ROWS, cursor), principal=page.principal, stages=chosen)
    return page.show(
        "engagements/list.html",
        rows=found.items,
        counts=stage_counts(session, principal=page.principal),
        stages=STAGES,
        stage=stage,
        cursor=cursor,
        following=page.with_query(cursor=found.next_cursor) if found.next_cursor else None,
    )
