"""Page `/try`: achievements for a problem in one's own words, without an account. Nothing is kept."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from app.database import ReadSession
from app.load_limits.dependencies import PreviewTurn
from app.matching.matcher import Matcher
from app.matching.preview import MatchPreview, preview_matches
from app.services import provided
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted

router = APIRouter()

SHORTEST, LONGEST = 15, 2000
"""Characters of a text that is searched with: shorter ones find anything."""


@router.get("/try", name="try")
def empty(page: CurrentPage) -> Response:
    """The box."""
    return _show(page, text="")


@router.post("/try", name="preview")
def preview(
    page: CurrentPage,
    form: Posted,
    _turn: PreviewTurn,
    session: ReadSession,
    matcher: Annotated[Matcher, Depends(provided(Matcher))],
) -> Response:
    """What the text finds; the text stays in the box."""
    page.take_display(form)
    text = form.get("text").strip()
    if not SHORTEST <= len(text) <= LONGEST:
        return _show(page, text=text, is_wrong=bool(text), status=422 if text else 200)
    return _show(page, text=text, found=preview_matches(session, matcher, text, principal=page.principal))


def _show(
    page: WebPage,
    *,
    text: str,
    found: tuple[MatchPreview, ...] | None = None,
    is_wrong: bool = False,
    status: int = 200,
) -> Response:
    return page.show(
        "public/try.html",
        status=status,
        form_id="try",
        headers={"Cache-Control": "no-store"},
        text=text,
        found=found,
        is_wrong=is_wrong,
        shortest=SHORTEST,
        longest=LONGEST,
    )
