"""Page `/bureau/engagement-reviews`: consents that wait because of a tie, and the bureau's findings."""

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.engagements.reviews.listing import REVIEW_STATES, review_page
from app.engagements.reviews.schemas import ReviewDecision
from app.engagements.reviews.service import decide
from app.errors import Conflict, Invalid, SankuError, StaleVersion
from app.web.bureau.lists.rows import Cursor, Text, next_address, place, tabs_of
from app.web.forms.parser import validated
from app.web.i18n import mark as _
from app.web.page import CurrentPage, WebPage
from app.web.posted import NOTHING, Posted, PostedForm, id_of

router = APIRouter()

ADDRESS = "/bureau/engagement-reviews"

_SHELVES: Mapping[str, str] = {
    "open": _("待核查"),
    "confirmed": _("不宜对接"),
    "cleared": _("可以对接"),
    "lapsed": _("无需核查"),
}


@router.get(ADDRESS, name="engagement_reviews")
def reviews(page: CurrentPage, session: ReadSession, state: Text = "open", cursor: Cursor = None) -> Response:
    """Reviews in a state, the oldest first."""
    return _show(page, session, state, cursor)


@router.post(f"{ADDRESS}/decide", name="decide_engagement_review")
def decide_review(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Clear the consent that waits, or find that it should not be given; the reason stays with the bureau."""
    page.take_display(posted)
    review_id = id_of(posted, "review")
    error: SankuError | None = None
    if not posted.only_shows:
        try:
            asked = validated(
                ReviewDecision, {"verdict": posted.get("verdict"), "reason": posted.get("reason").strip()}
            )
            assert isinstance(asked, ReviewDecision)
            with database.unit_of_work() as session:
                decide(
                    session,
                    review_id,
                    verdict=asked.verdict,
                    reason=asked.reason,
                    principal=page.principal,
                    if_match=posted.version,
                )
            return page.redirect(ADDRESS, notice="review_decided")
        except (Conflict, Invalid, StaleVersion) as refusal:
            error = refusal
    with database.reading() as session:
        return _show(page, session, posted.get("state") or "open", None, posted=posted, error=error)


def _show(
    page: WebPage,
    session: ReadSession,
    state: str,
    cursor: str | None,
    *,
    posted: PostedForm = NOTHING,
    error: SankuError | None = None,
) -> Response:
    chosen = REVIEW_STATES.get(state) or REVIEW_STATES["open"]
    found = review_page(session, place(cursor), chosen, principal=page.principal)
    return page.show(
        "bureau/engagement_reviews.html",
        status=error.status if error else 200,
        reviews=found.items,
        state=chosen.value,
        tabs=tabs_of(page, "state", chosen, dict(_SHELVES)),
        next=next_address(page, found.next_cursor),
        typed=posted.get,
        error=error,
    )
