"""Page `/desk/news`: new matches of the organisation's records by day, those since the last visit first named."""

from datetime import datetime, timedelta

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import ReadSession
from app.paging import PageRequest
from app.pushes.digests.listing import owner_digest_page
from app.web.page import CurrentPage

router = APIRouter()

_DAYS = 20
_SEEN = "sanku-news"
_KEPT = timedelta(days=400)


@router.get("/desk/news", name="news")
def news(page: CurrentPage, session: ReadSession) -> Response:
    """The digests by day. The browser remembers which was the newest that its reader saw."""
    cursor = page.request.query_params.get("cursor")
    found = owner_digest_page(session, PageRequest(_DAYS, cursor), principal=page.principal)
    seen = _seen(page.request.cookies.get(_SEEN, ""), str(page.principal.user_id))
    response = page.show(
        "desk/news.html",
        found=found.items,
        new=[one.id for one in found.items if seen is not None and one.created_at > seen],
        following=page.with_query(cursor=found.next_cursor) if found.next_cursor else None,
    )
    newest = max((one.created_at for one in found.items), default=None)
    if newest is not None and (seen is None or newest > seen):
        value = f"{page.principal.user_id}/{newest.isoformat()}"
        age = int(_KEPT.total_seconds())
        response.set_cookie(_SEEN, value, max_age=age, path="/desk/news", samesite="lax", httponly=True)
    return response


def _seen(cookie: str, user: str) -> datetime | None:
    """When the newest digest was made that this user saw in this browser; None at their first visit."""
    owner, _slash, moment = cookie.partition("/")
    try:
        seen = datetime.fromisoformat(moment) if owner == user else None
    except ValueError:
        return None
    return seen if seen is not None and seen.tzinfo is not None else None
