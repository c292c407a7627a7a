"""Page `/bureau/engagement-reviews`: consents that wait because of a tie, and the bureau's findings."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.engagements.reviews.listing import REVIEW_STATES, read_reviews, review_page
from app.engagements.reviews.schemas import ReviewDecision, ReviewRead
from app.engagements.reviews.service import decide, find_review
from app.errors import NotFound, SankuError
from app.web.bureau.lists.rows import Cursor, Text, next_address, place
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
def reviews(
    page: CurrentPage, session: ReadSession, state: Text = "open", cursor: Cursor = None, review: Text = ""
) -> Response:
    """Reviews in a state, the oldest first; or the one that a message is about."""
    return _show_one(page, session, _id(review)) if review else _show(page, session, state, cursor)


@router.post(f"{ADDRESS}/decide", name="decide_engagement_review")
def decide_review(page: CurrentPage, posted: Posted, database: AppDatabase) -> Response:
    """Clear the consent that waits, or find that it should not be given; the reason stays with the bureau."""
    review_id = id_of(posted, "review")

    def command(session: ReadSession) -> Response:
        asked = validated(
            ReviewDecision, {"verdict": posted.get("verdict"), "reason": posted.get("reason").strip()}
        )
        assert isinstance(asked, ReviewDecision)
        decide(
            session,
            review_id,
            verdict=asked.verdict,
            reason=asked.reason,
            principal=page.principal,
            if_match=posted.version,
        )
        state = posted.get("state")
        kept = f"?state={state}" if state in REVIEW_STATES and state != "open" else ""
        return page.redirect(ADDRESS + kept, notice="review_decided")

    return page.act(
        posted,
        database,
        command,
        lambda session, error: _show_one(page, session, review_id, posted=posted, error=error),
    )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


def _show(page: WebPage, session: ReadSession, state: str, cursor: str | None) -> Response:
    chosen = REVIEW_STATES.get(state) or REVIEW_STATES["open"]
    found = review_page(session, place(cursor), chosen, principal=page.principal)
    return _shown(page, found.items, chosen.value, more=next_address(page, found.next_cursor))


def _show_one(
    page: WebPage,
    session: ReadSession,
    review_id: UUID,
    *,
    posted: PostedForm = NOTHING,
    error: SankuError | None = None,
) -> Response:
    """One review, wherever it stands in which list, with what was typed."""
    (found,) = read_reviews(session, [find_review(session, review_id, principal=page.principal)])
    return _shown(page, [found], found.state.value, posted=posted, error=error)


def _shown(
    page: WebPage,
    reviews: Sequence[ReviewRead],
    state: str,
    *,
    more: str | None = None,
    posted: PostedForm = NOTHING,
    error: SankuError | None = None,
) -> Response:
    tabs = [(label, f"{ADDRESS}?state={one}", None, one == state) for one, label in _SHELVES.items()]
    return page.show(
        "bureau/engagement_reviews.html",
        status=error.status if error else 200,
        reviews=reviews,
        state=state,
        tabs=tabs,
        next=more,
        typed=posted.get,
        error=error,
    )
