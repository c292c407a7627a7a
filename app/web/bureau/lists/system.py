"""Pages `/bureau/system`: events that failed, deliveries, and rankers."""

from collections.abc import Mapping
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import AppDatabase, ReadSession
from app.errors import Conflict, NotFound
from app.notifications.delivery.listing import DELIVERY_STATES, delivery_page
from app.notifications.delivery.log import redeliver
from app.notifications.delivery.recipients import recipients_of
from app.web.bureau.lists.rows import Cursor, Text, next_address, place
from app.web.i18n import mark as _
from app.web.page import CurrentPage, Pressed, WebPage
from app.web.posted import id_of
from app.web.views import account_words
from app.workers.event_list import EventState, event_page, replay_dead

router = APIRouter()

PARTS = {
    "events": _("事件"),
    "deliveries": _("通知投递"),
    "models": _("模型"),
    "index": _("索引"),
    "settings": _("现行设置"),
}
_LISTS = ("events", "deliveries")
_EVENT_STATES = {"dead": _("失败"), "waiting": _("待处理"), "done": _("已处理")}


@router.get("/bureau/system", name="system")
def system(page: CurrentPage) -> Response:
    """Leads to what is most likely to need somebody: events that failed."""
    return page.redirect("/bureau/system/events")


@router.get("/bureau/system/{part}", name="system_part")
def part(
    page: CurrentPage,
    session: ReadSession,
    part: str,
    state: Text = "dead",
    q: Text = "",
    cursor: Cursor = None,
) -> Response:
    """One part of the system."""
    return _show(page, session, part, state, q, cursor)


@router.post("/bureau/system/{part}/replay", name="replay_event")
def replay(page: CurrentPage, part: str, posted: Pressed, database: AppDatabase) -> Response:
    """Let a dead letter be handled again."""
    page.take_display(posted)
    if part != "events":
        raise NotFound
    try:
        event_id = UUID(posted.get("event"))
    except ValueError:
        raise NotFound from None
    try:
        with database.unit_of_work() as session:
            replay_dead(session, event_id, principal=page.principal)
    except Conflict as error:
        with database.reading() as session:
            return _show(page, session, part, "dead", "", None, error=error)
    return page.redirect("/bureau/system/events", notice="replayed")


@router.post("/bureau/system/deliveries/repeat", name="repeat_delivery")
def repeat(page: CurrentPage, posted: Pressed, database: AppDatabase) -> Response:
    """Send a message again, made of the present data; its id stays."""
    page.take_display(posted)
    try:
        with database.unit_of_work() as session:
            redeliver(session, id_of(posted, "delivery"), principal=page.principal)
    except Conflict as error:
        with database.reading() as session:
            return _show(page, session, "deliveries", "dead", "", None, error=error)
    return page.redirect("/bureau/system/deliveries", notice="replayed")


def parts_of(page: WebPage, part: str) -> list[tuple[str, str, None, bool]]:
    """A tab for each part of the system that the reader may open: label, address, no number, whether it is open."""
    addresses = {code: f"/bureau/system/{code}" for code in PARTS}
    return [
        (PARTS[code], address, None, code == part)
        for code, address in addresses.items()
        if code in _LISTS or page.leads_to(address)
    ]


def _show(
    page: WebPage,
    session: ReadSession,
    part: str,
    state: str,
    q: str,
    cursor: str | None,
    error: Conflict | None = None,
) -> Response:
    if part not in _LISTS:
        raise NotFound
    events, deliveries, following = [], [], None
    shelves: Mapping[str, str] = _EVENT_STATES
    if part == "events":
        chosen = next((one for one in EventState if one == state), EventState.DEAD)
        found = event_page(session, place(cursor), chosen, q.strip() or None, principal=page.principal)
        events, following = found.items, found.next_cursor
    else:
        chosen_ = DELIVERY_STATES.get(state) or DELIVERY_STATES["dead"]
        sent = delivery_page(session, place(cursor), principal=page.principal, states=[chosen_])
        deliveries, following = sent.items, sent.next_cursor
        shelves = account_words.DELIVERY_STATES
    return page.show(
        "bureau/system.html",
        status=error.status if error else 200,
        part=part,
        parts=parts_of(page, part),
        shelves=[
            (label, page.with_query(state=code, cursor=None), None, code == state)
            for code, label in shelves.items()
        ],
        state=state,
        q=q,
        events=events,
        words=account_words,
        deliveries=deliveries,
        recipients=recipients_of(session, deliveries),
        next=next_address(page, following),
        error=error,
    )
