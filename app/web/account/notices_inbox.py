"""Pages `/notices` and `/account/notices`: what happened, newest first, and by which channel one hears of it."""

from collections.abc import Collection, Mapping
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import Response

from app.database import ReadSession, WriteSession
from app.errors import NotFound
from app.notifications.notices import service
from app.notifications.notices.groups import ALWAYS_BY_MAIL, NoticeChannel, NoticeGroup
from app.notifications.notices.listing import list_notices
from app.notifications.notices.schemas import NoticePreferencesRead
from app.paging import PageRequest
from app.web.page import CurrentPage, WebPage
from app.web.posted import Posted

router = APIRouter()

_ROWS = 50


@router.get("/notices", name="notices")
def notices(page: CurrentPage, session: ReadSession) -> Response:
    """The notices; `?unread=1` shows what is not read yet."""
    query = page.request.query_params
    unread = query.get("unread") == "1"
    found = list_notices(
        session, PageRequest(_ROWS, query.get("cursor")), principal=page.principal, unread=unread
    )
    count = service.unread_count(session, principal=page.principal)
    return page.show(
        "account/notices.html",
        found=found.items,
        next=page.with_query(cursor=found.next_cursor) if found.next_cursor else None,
        count=count,
        tabs=[("all", "/notices", not unread), ("unread", "/notices?unread=1", unread)],
    )


@router.post("/notices/read", name="read_notices")
def read(page: CurrentPage, posted: Posted, session: WriteSession) -> Response:
    """Mark one notice as read and open what it is about, or mark all of them."""
    one = posted.get("notice")
    if not one:
        service.mark_all_read(session, principal=page.principal)
        return page.redirect("/notices")
    try:
        notice_id = UUID(one)
    except ValueError as error:
        raise NotFound from error
    row = service.mark_read(session, notice_id, principal=page.principal)
    return page.redirect(f"/open{row.path.removeprefix('/v1')}" if row.path else "/notices")


@router.get("/account/notices", name="notice_preferences")
def preferences(page: CurrentPage, session: ReadSession) -> Response:
    """A row for each group, a tick for each channel."""
    shown = NoticePreferencesRead.of(service.preferences_of(session, principal=page.principal))
    return _preferences(page, str(shown.version), shown.channels)


@router.post("/account/notices", name="save_notice_preferences")
def save(page: CurrentPage, posted: Posted, session: WriteSession) -> Response:
    """Store the ticks."""
    page.take_display(posted)
    chosen = {
        group: [channel for channel in NoticeChannel if channel.value in posted.all(group.value)]
        for group in NoticeGroup
        if group not in ALWAYS_BY_MAIL
    }
    if posted.only_shows:
        return _preferences(page, posted.get("_version"), chosen)
    service.put_preferences(session, chosen, principal=page.principal, if_match=posted.version)
    return page.redirect("/account/notices", notice="saved")


def _preferences(
    page: WebPage, version: str, channels: Mapping[NoticeGroup, Collection[NoticeChannel]]
) -> Response:
    return page.show(
        "account/notice_preferences.html",
        form_id="notices",
        version=version,
        groups=[
            (group.value, group.label(page.language), channels.get(group, ()), group in ALWAYS_BY_MAIL)
            for group in NoticeGroup
        ],
    )
