"""The list of notices of a reader, newest first, with what they have read."""

from collections.abc import Collection, Sequence
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
    return Page(items=read_notices(session, rows, principal=principal), next_cursor=next_cursor)


def read_notices(session: Session, rows: Sequence[Notice], *, principal: Principal) -> list[NoticeRead]:
    """The notices as the principal reads them, with when they did."""
    read = service.readings(session, rows, principal=principal)
    words = service.words_to(session, [(row, row.zh, row.en) for row in rows], principal=principal)
    return [NoticeRead.of(row, said, read.get(row.id)) for row, said in zip(rows, words, strict=True)]


def delete_old_notices(session: Session, *, older_than: timedelta) -> None:
    """Delete notices, with the marks of who has read them. Their messages have long been sent or given up by then."""
    session.execute(
        delete(Notice)
        .where(Notice.created_at < now() - older_than)
        .execution_options(synchronize_session=False)
    )
