"""Notices in words."""

import re
from uuid import UUID

from sqlalchemy.orm import Session

from app.notifications.channels.base import Content
from app.notifications.content.render_context import RenderContext, notice_content
from app.notifications.models import Message
from app.notifications.notices.groups import NoticeGroup
from app.notifications.notices.models import Notice
from app.notifications.notices.service import words_to
from app.notifications.notices.table import ROW_OF_TYPE


def render_notice(session: Session, message: Message, context: RenderContext) -> Content | None:
    """A notice as the table of notices words it. A group of unknown readers learns only that there is one."""
    notice = session.get(Notice, UUID(message.ids["notice_id"]))
    if notice is None:
        return None
    row = ROW_OF_TYPE.get(notice.type)
    if row is not None and not row.is_to_be_said(session, notice, context.audience.principal):
        return None
    said = (notice.zh, notice.en) if row is None else row.outbound(notice)
    ((zh, en),) = words_to(session, [(notice, *said)], principal=context.audience.principal)
    group = NoticeGroup.of(notice.group)
    lines = [f"您有一条关于“{group.zh}”的新通知，请登录查看。"] if context.audience.is_group else [zh]
    data = {
        "notice_id": str(notice.id),
        "group": group.value,
        "zh": zh,
        "en": en,
        **notice.data,
    }
    url = (
        context.link(notice.path)
        if notice.path and not context.audience.is_group
        else context.link("/v1/notices")
    )
    return notice_content(
        context,
        "【三库】" + (f"{group.zh}通知" if context.audience.is_group else _first_clause(zh)),
        lines,
        data,
        type_=notice.type,
        url=url,
        button="查看",
        english=en,
    )


def _first_clause(text: str) -> str:
    """What a notice is about, short enough for a subject."""
    return re.split(r"[,，。;；]", text, maxsplit=1)[0][:60]
