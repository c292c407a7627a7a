"""The list of notices of a reader, newest first, with what they have read."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.database import now
from app.notifications.notices import service
from app.notifications.notices.groups import NoticeGroup
from app.notifications.notices.models import Notice
from app.notifications.notices.schemas import NoticeRead
from app.paging import Page, PageRequest, Sort, fetch_page

_NEWEST_FIRST = Sort(Notice.created_at, datetime, descending=True, name="notices")


def list_notices(
    session: Session,
    paging: PageRequest,
    *,
    principal: Principal,
    unread: bool = False,
    groups: Collection[NoticeGroup] | None = None,
) -> Page[NoticeRead]:
    """A page of the notices to the principal; see `service.notices`."""
    query = service.notices(principal=principal, unread=unread, groups=groups)
    rows, next_cursor = fetch_page(session, query, _NEWEST_FIRST, paging)
    read = service.readings(session, rows, principal=principal)
    return Page(items=[NoticeRead.of(row, read.get(row.id)) for row in rows], next_cursor=next_cursor)


def delete_old_notices(session: Session, *, older_than: timedelta) -> None:
    """Delete notices, with the marks of who has read them. Their messages have long been sent or given up by then."""
    session.execute(
        delete(Notice)
        .where(Notice.created_at < now() - older_than)
        .execution_options(synchronize_session=False)
    )
