"""Pages `…/matches/…/managers`: technology managers for a pair, and asking for one of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.database import ReadSession, WriteSession
from app.errors import NotFound
from app.libraries.lifecycle.commands import find_by_number
from app.libraries.registry import LIBRARIES
from app.libraries.summaries import summariser
from app.matching.lists.matches import recommendations
from app.matching.matcher import Matcher
from app.pushes.feedback.service import answers_for, give_answer
from app.services import provided
from app.web.desk.matches.match_list import SIDES
from app.web.desk.records.desk_kind import ACHIEVEMENTS, DEMANDS, DeskKind
from app.web.desk.records.form_pages import own_record
from app.web.page import CurrentPage, PageMatchingTurn
from app.web.posted import Posted

_SHOWN = 10


def add_managers(router: APIRouter, kind: DeskKind) -> None:
    """The managers for the pairs of one library."""
    plural = kind.library.plural
    base = f"{kind.base}/{{number}}/matches/{{other}}/managers"

    @router.get(base, name=f"managers_{plural}")
    def managers(
        page: CurrentPage,
        number: str,
        other: str,
        _turn: PageMatchingTurn,
        session: ReadSession,
        matcher: Annotated[Matcher, Depends(provided(Matcher))],
    ) -> Response:
        """The managers, best first; below a line those who may not be asked, with the reason."""
        record = own_record(session, kind, number, page)
        match = find_by_number(session, LIBRARIES[kind.other], other, page.principal)
        own_id = UUID(record["id"])
        found = recommendations(
            session,
            *((own_id, match.id) if kind.is_demand else (match.id, own_id)),
            principal=page.principal,
            matcher=matcher,
            limit=_SHOWN,
        )
        given = answers_for(session, own_id, side=SIDES[kind.kind], principal=page.principal).get(match.id)
        return page.show(
            "desk/managers.html",
            kind=kind,
            record=record,
            other=summariser(session, [match], principal=page.principal)(match),
            managers=[item for item in found.items if item.recommended],
            others=[item for item in found.items if not item.recommended],
            version=given.version if given else None,
            asked=given.note if given and given.interested else None,
        )


def add_asking(router: APIRouter, kind: DeskKind) -> None:
    """Asking for one of the managers."""

    @router.post(f"{kind.base}/{{number}}/matches/{{other}}/managers/ask", name=f"ask_{kind.library.plural}")
    def ask(
        page: CurrentPage,
        number: str,
        other: str,
        posted: Posted,
        reading: ReadSession,
        session: WriteSession,
    ) -> Response:
        """The owner is interested, and names the manager whom they would like."""
        record = own_record(reading, kind, number, page)
        match = find_by_number(reading, LIBRARIES[kind.other], other, page.principal)
        own_id = UUID(record["id"])
        name = posted.get("manager").strip()
        note = "；".join(
            part for part in (f"希望由 {name} 牵线" if name else "", posted.get("note").strip()) if part
        )
        place = f"{kind.address(number, 'matches')}?to={other}"
        try:
            give_answer(
                session,
                *((own_id, match.id) if kind.is_demand else (match.id, own_id)),
                side=SIDES[kind.kind],
                principal=page.principal,
                interested=True,
                reason=None,
                note=note[:500] or None,
                if_match=posted.version,
            )
        except NotFound as error:
            if error.problem_code != "no_match":
                raise
            return page.redirect(place, notice="match_pending")
        return page.redirect(place, notice="interested")


router = APIRouter()
for _kind in (DEMANDS, ACHIEVEMENTS):
    add_managers(router, _kind)
    add_asking(router, _kind)
