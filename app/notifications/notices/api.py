"""Routes for notices and their preferences."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.accounts.access.permissions import LoggedIn
from app.conditional_requests import IfMatch, tagged
from app.database import ReadSession, WriteSession
from app.errors import (
    Forbidden,
    Invalid,
    NotFound,
    PreconditionRequired,
    StaleVersion,
    Unauthenticated,
    problems,
)
from app.errors.request_bodies import Sent
from app.notifications.notices import service
from app.notifications.notices.groups import NoticeGroup
from app.notifications.notices.listing import list_notices, read_notices
from app.notifications.notices.schemas import (
    NoticeCount,
    NoticePreferencesIn,
    NoticePreferencesRead,
    NoticeRead,
    NoticesMarked,
)
from app.paging import Page, Paging

router = APIRouter(
    prefix="/v1/notices", tags=["通知 Notices"], responses=problems(Unauthenticated, Forbidden)
)


@router.get("", summary="通知列表", responses=problems(Invalid))
def list_(
    session: ReadSession,
    principal: LoggedIn,
    paging: Paging,
    unread: Annotated[bool, Query(description="仅未读")] = False,
    groups: Annotated[list[NoticeGroup] | None, Query(alias="group", description="类别，可多选")] = None,
) -> Page[NoticeRead]:
    """发给本人、本人的经理人记录及本单位的通知，院校、院所另有发给本单位无登录账号的技术经理人的通知，按时间倒序排列。已读标记按用户分别记录。"""
    return list_notices(session, paging, principal=principal, unread=unread, groups=groups)


@router.get("/count", summary="未读通知数")
def count(session: ReadSession, principal: LoggedIn) -> NoticeCount:
    return NoticeCount(unread=service.unread_count(session, principal=principal))


@router.get("/preferences", summary="通知渠道偏好")
def get_preferences(session: ReadSession, principal: LoggedIn, response: Response) -> NoticePreferencesRead:
    """尚未设置时返回默认值，ETag 为 "0"。"""
    row = service.preferences_of(session, principal=principal)
    return tagged(response, row, NoticePreferencesRead.of(row))


@router.put(
    "/preferences",
    summary="设置通知渠道偏好",
    responses=problems(Invalid, StaleVersion, PreconditionRequired),
)
def put_preferences(
    wanted: Sent[NoticePreferencesIn],
    session: WriteSession,
    principal: LoggedIn,
    response: Response,
    if_match: IfMatch = None,
) -> NoticePreferencesRead:
    """整体替换，须带 If-Match。所有通知始终可在通知中心查看；Webhook 按端点所选的类型发送。"""
    row = service.put_preferences(session, wanted.channels, principal=principal, if_match=if_match)
    return tagged(response, row, NoticePreferencesRead.of(row))


@router.post("/read", summary="全部标记为已读")
def mark_all_read(session: WriteSession, principal: LoggedIn) -> NoticesMarked:
    return NoticesMarked(marked=service.mark_all_read(session, principal=principal))


@router.post("/{notice_id}/read", summary="标记为已读", responses=problems(NotFound))
def mark_read(notice_id: UUID, session: WriteSession, principal: LoggedIn) -> NoticeRead:
    row = service.mark_read(session, notice_id, principal=principal)
    (read,) = read_notices(session, [row], principal=principal)
    return read
