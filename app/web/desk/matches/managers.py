"""Pages `…/matches/…/managers`: technology managers for a pair, and asking for one of them."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.database import ReadSession, WriteSession
from app.errors import Invalid, NotFound
from app.libraries.lifecycle.lookup import find_by_number
from app.libraries.registry import LIBRARIES
from app.libraries.summaries import summariser
from app.matching.lists.matches import recommendations
from app.matching.matcher import Matcher
from app.pushes.feedback.schemas import OwnerAnswerIn
from app.pushes.feedback.service import answers_for, give_answer
from app.services import provided
from app.web.desk.matches.match_list import SIDES
from app.web.desk.records.desk_kind import ACHIEVEMENTS, DEMANDS, DeskKind
from app.web.desk.records.form_pages import own_record
from app.web.forms.parser import validated
from app.web.page import CurrentPage, PageMatchingTurn, WebPage
from app.web.posted import NOTHING, Posted, PostedForm

_SHOWN = 10


AppMatcher = Annotated[Matcher, Depends(provided(Matcher))]


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
        matcher: AppMatcher,
    ) -> Response:
        """The managers, best first; below a line those who may not be asked, with the reason."""
        record = own_record(session, kind, number, page)
        return _show(page, session, matcher, kind, record, other)


def add_asking(router: APIRouter, kind: DeskKind) -> None:
    """Asking for one of the managers."""

    @router.post(f"{kind.base}/{{number}}/matches/{{other}}/managers/ask", name=f"ask_{kind.library.plural}")
    def ask(
        page: CurrentPage,
        number: str,
        other: str,
        posted: Posted,
        _turn: PageMatchingTurn,
        reading: ReadSession,
        matcher: AppMatcher,
        session: WriteSession,
    ) -> Response:
        """The owner is interested, and names the manager whom they would like."""
        page.take_display(posted)
        record = own_record(reading, kind, number, page)
        if posted.only_shows:
            return _show(page, reading, matcher, kind, record, other, posted=posted)
        match = find_by_number(reading, LIBRARIES[kind.other], other, page.principal)
        own_id = UUID(record["id"])
        place = f"{kind.address(number, 'matches')}?to={other}"
        try:
            wanted = validated(OwnerAnswerIn, {"interested": True, "note": _note(posted)})
            assert isinstance(wanted, OwnerAnswerIn)
            give_answer(
                session,
                *((own_id, match.id) if kind.is_demand else (match.id, own_id)),
                side=SIDES[kind.kind],
                principal=page.principal,
                interested=wanted.interested,
                reason=wanted.reason,
                note=wanted.note,
                if_match=posted.version,
            )
        except Invalid as error:
            return _show(page, reading, matcher, kind, record, other, posted=posted, error=error)
        except NotFound as error:
            if error.problem_code != "no_match":
                raise
            return page.redirect(place, notice="match_pending")
        return page.redirect(place, notice="interested")


def _note(posted: PostedForm) -> str | None:
    name = posted.get("manager").strip()
    parts = (f"希望由 {name} 牵线" if name else "", posted.get("note").strip())
    return "；".join(part for part in parts if part) or None


def _show(
    page: WebPage,
    session: ReadSession,
    matcher: Matcher,
    kind: DeskKind,
    record: Mapping[str, Any],
    other: str,
    *,
    posted: PostedForm = NOTHING,
    error: Invalid | None = None,
) -> Response:
    own_id = UUID(record["id"])
    match = find_by_number(session, LIBRARIES[kind.other], other, page.principal)
    found = recommendations(
        session,
        *((own_id, match.id) if kind.is_demand else (match.id, own_id)),
        principal=page.principal,
        matcher=matcher,
        limit=_SHOWN,
    )
    given = answers_for(session, own_id, side=SIDES[kind.kind], principal=page.principal).get(match.id)
    managers = [item for item in found.items if item.recommended]
    names = [item.manager["title"] for item in managers]
    return page.show(
        "desk/managers.html",
        status=error.status if error else 200,
        kind=kind,
        record=record,
        other=summariser(session, [match], principal=page.principal)(match),
        managers=managers,
        # What was typed stays, even where that manager is no longer to be asked.
        typed_for=posted.get("manager") if posted.get("manager") in names else next(iter(names), ""),
        others=[item for item in found.items if not item.recommended],
        version=given.version if given else None,
        asked=given.note if given and given.interested else None,
        note=posted.get("note"),
        error=error,
    )


router = APIRouter()
for _kind in (DEMANDS, ACHIEVEMENTS):
    add_managers(router, _kind)
    add_asking(router, _kind)
