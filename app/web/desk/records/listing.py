"""Pages `/desk/demands` and `/desk/achievements`: the organisation's records, by state."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.accounts.access.principal import Principal
from app.database import ReadSession
from app.libraries.own_records import own_records
from app.libraries.record.enums import RecordState
from app.matching.lists.best import best_scores
from app.paging import PageRequest
from app.web.desk.records.desk_kind import ACHIEVEMENTS, DEMANDS, DeskKind
from app.web.page import CurrentPage

STATES = (
    RecordState.PUBLISHED,
    RecordState.SUBMITTED,
    RecordState.DRAFT,
    RecordState.CLOSED,
    RecordState.WITHDRAWN,
)
STATE_TAGS = {
    RecordState.DRAFT: "todo",
    RecordState.SUBMITTED: "",
    RecordState.PUBLISHED: "ok",
    RecordState.CLOSED: "",
    RecordState.WITHDRAWN: "",
}
_A_PAGE = 20


def add_list(router: APIRouter, kind: DeskKind) -> None:
    """The list of one library."""

    @router.get(kind.base, name=f"own_{kind.library.plural}")
    def own(page: CurrentPage, session: ReadSession, state: str = "", cursor: str | None = None) -> Response:
        """All records, or those in one state."""
        chosen = next((one for one in STATES if one == state), None)
        found = own_records(
            session,
            kind.library,
            principal=page.principal,
            state=chosen,
            paging=PageRequest(_A_PAGE, cursor or None),
        )
        return page.show(
            "desk/records.html",
            kind=kind,
            rows=_with_best(session, kind, found.items, page.principal),
            state=chosen,
            tabs=[(one, found.counts[one]) for one in STATES if found.counts.get(one)],
            total=sum(found.counts.values()),
            state_tags=STATE_TAGS,
            states={one.value: one for one in RecordState},
            next=page.with_query(cursor=found.next_cursor) if found.next_cursor else None,
            first=page.with_query(cursor=None) if cursor else None,
        )


def _with_best(
    session: ReadSession, kind: DeskKind, records: list[dict[str, Any]], principal: Principal
) -> list[tuple[dict[str, Any], float | None]]:
    """The records with their best score, which a member of an organisation that is not verified does not see."""
    best = best_scores(session, kind.kind, [UUID(record["id"]) for record in records])
    seen = principal.reads_details
    return [(record, best.get(UUID(record["id"])) if seen else None) for record in records]


router = APIRouter()
for _kind in (DEMANDS, ACHIEVEMENTS):
    add_list(router, _kind)
