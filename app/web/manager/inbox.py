"""Pages `/inbox`: the pushes to answer now, those of other shelves, undo of answers, and the stream of changes."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from app.clock import local_now
from app.database import AppDatabase, ReadSession, now
from app.errors import Conflict, NotFound, SankuError
from app.matching.feedback.impressions import ImpressionLog, Shown
from app.paging import MAX_CURSOR, PageRequest
from app.pushes.inbox.listing import InboxShelf, inbox_counts, inbox_page, shelf_page, undoable_answers
from app.pushes.inbox.stream.service import follow_inbox
from app.pushes.inbox.undo import undo
from app.pushes.policy import current_policy
from app.pushes.schemas import PushRead
from app.services import AllServices
from app.web.i18n import mark as _
from app.web.manager.day import day_of
from app.web.manager.pushes import push_views
from app.web.manager.stream import HtmlWriter
from app.web.page import CurrentPage, Pressed, WebPage
from app.web.posted import PostedForm
from app.web.session import reader_of

router = APIRouter()

ROWS = 20
_SHELVES = MappingProxyType(
    {
        InboxShelf.ACTIONABLE: _("待答复"),
        InboxShelf.POSTPONED: _("稍后"),
        InboxShelf.ACCEPTED: _("已接受"),
        InboxShelf.DECLINED: _("已婉拒"),
        InboxShelf.ENDED: _("已失效"),
    }
)
_GREETINGS = ((5, _("夜深了")), (11, _("早上好")), (13, _("中午好")), (18, _("下午好")), (24, _("晚上好")))

State = Annotated[InboxShelf, Query()]
Cursor = Annotated[str | None, Query(max_length=MAX_CURSOR)]


@router.get("/inbox", name="inbox")
def inbox(
    page: CurrentPage,
    session: ReadSession,
    shown_lists: Shown,
    state: State = InboxShelf.ACTIONABLE,
    at: Annotated[str, Query(max_length=40, description="the push that stands open")] = "",
    cursor: Cursor = None,
) -> Response:
    """The pushes of one shelf, the first or chosen one open."""
    return show_inbox(page, session, shown_lists, shelf=state, at=at, cursor=cursor)


@router.post("/inbox/undo", name="undo_answer")
def undo_answer(
    page: CurrentPage, posted: Pressed, database: AppDatabase, shown_lists: Shown, services: AllServices
) -> Response:
    """Takes back the last answer; the push is open again."""
    page.take_display(posted)
    try:
        push_id = UUID(posted.get("push"))
    except ValueError:
        raise NotFound from None
    try:
        with database.unit_of_work() as session:
            undo(session, push_id, principal=page.principal, policy=current_policy(session, services))
    except Conflict as error:
        with database.reading() as session:
            return show_inbox(page, session, shown_lists, error=error)
    return page.redirect(f"/inbox?at={push_id}", notice="undone")


@router.get("/inbox/stream", name="inbox_stream")
def stream(
    page: CurrentPage,
    services: AllServices,
    since: datetime | None = None,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID", max_length=40)] = None,
) -> Response:
    """Changes of the inbox as parts of its page, for htmx."""
    if page.principal.manager_id is None:
        return Response(media_type="text/event-stream")
    return follow_inbox(
        services,
        page.principal,
        last_event_id=last_event_id,
        recheck=lambda: reader_of(page.request, services).principal,
        writer=HtmlWriter(page.principal, page.language, since or now()),
    )


def show_inbox(
    page: WebPage,
    session: ReadSession,
    shown_lists: ImpressionLog,
    *,
    shelf: InboxShelf = InboxShelf.ACTIONABLE,
    at: str = "",
    cursor: str | None = None,
    error: SankuError | None = None,
    posted: PostedForm | None = None,
) -> Response:
    """The inbox; after an answer that is not possible with the reason, and with what was typed."""
    principal, paging = page.principal, PageRequest(ROWS, cursor)
    policy = current_policy(session, page.services)
    if shelf is InboxShelf.ACTIONABLE:
        found = inbox_page(session, paging, principal=principal, policy=policy, shown_lists=shown_lists)
    else:
        found = shelf_page(session, paging, shelf, principal=principal, policy=policy)
    pushes = push_views(found.items, page.language)
    ids = [one.id for one in pushes]
    return page.show(
        "manager/inbox.html",
        status=error.status if error else 200,
        block=None if error else "inbox",
        pushes=pushes,
        open_id=at if at in ids else next(iter(ids), ""),
        is_chosen=at in ids,
        link=partial(_link, {"state": shelf.value, "cursor": cursor}),
        next_cursor=found.next_cursor,
        counts=inbox_counts(session, principal=principal),
        shelf=shelf,
        shelves=_SHELVES,
        undoable=undone_by(page, session) if error is None else [],
        day=day_of(session, principal),
        greeting=next(text for until, text in _GREETINGS if local_now().hour < until),
        moment=local_now(),
        since=now().isoformat(),
        error=error,
        typed=posted.get if posted else lambda _: "",
    )


def undone_by(page: WebPage, session: ReadSession) -> list[PushRead]:
    """The answers that the reader can take back now."""
    policy = current_policy(session, page.services)
    return undoable_answers(session, principal=page.principal, policy=policy)


def _link(place: Mapping[str, str | None], **changes: str | None) -> str:
    """This list at another place, also after an answer that was refused, whose address is another."""
    kept = dict(place) | changes
    query = urlencode({name: value for name, value in kept.items() if value})
    return f"/inbox?{query}" if query else "/inbox"
