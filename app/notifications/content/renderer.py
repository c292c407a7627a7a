"""Rendering of messages from the present rows, in Chinese and the gist in English: one renderer for each kind.

A renderer returns None if there is nothing left to send, for example because the push has been answered or the record
withdrawn since the message was requested.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import today
from app.engagements.tasks.service import OpenTask, open_task
from app.events.messages import MessageKind
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordState
from app.notifications.channels.base import Content
from app.notifications.content import owner_matches
from app.notifications.content.audience import Audience, pushes_for, waiting_of
from app.notifications.content.due_days import due, due_in_english
from app.notifications.content.push_views import as_json, describe, name_of
from app.notifications.models import ENDPOINT_GONE, Message, WebhookEndpoint
from app.notifications.notices.groups import NoticeGroup
from app.notifications.notices.models import Notice
from app.notifications.notices.service import words_to
from app.notifications.notices.table import ROW_OF_TYPE
from app.pushes.digests.models import Digest
from app.pushes.preferences.models import Frequency
from app.pushes.preferences.working_time import at, local
from app.pushes.schemas import PushRead

MAX_DIGEST_PUSHES = 50
"""As many as a digest may hold (`list_size` of the preferences)."""

templates = Environment(
    loader=PackageLoader("app.notifications.content", "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What a renderer needs in addition to the message.

    `threshold` is the score, 0–1, from which a pair is good; `public_url` is the base of links.
    """

    audience: Audience
    public_url: str
    threshold: float
    unsubscribe_url: str | None = None
    confirm_url: str | None = None

    def link(self, path: str) -> str:
        """The page for people of a path of the API: it leads each reader to their own page (`web.account.links`)."""
        return f"{self.public_url.rstrip('/')}/open{path.removeprefix('/v1')}"


Renderer = Callable[[Session, Message, RenderContext], Content | None]


def render_push(session: Session, message: Message, context: RenderContext) -> Content | None:
    ids = [UUID(message.ids["push_id"])]
    pushes = pushes_for(session, context.audience, manager_id=message.recipient_id, ids=ids, limit=1)
    if not pushes:
        return None
    push = _view(pushes[0], context)
    subject = f"【三库】推荐对接：{name_of(push['demand'])} × {name_of(push['achievement'])}"
    short = "\n".join(
        (
            f"需求：{name_of(push['demand'])}",
            f"成果：{name_of(push['achievement'])}",
            *([push["similar"]] if push["similar"] else []),
            f"匹配分 {push['score']}",
            f"理由：{push['reason']}",
            *([push["again"]] if push["again"] else []),
            f"请于 {push['deadline']} 前答复，逾期将转给下一位技术经理人",
            f"查看并答复：{push['url']}",
        )
    )
    data = {"manager_id": str(message.recipient_id), "push": as_json(pushes[0])}
    return _content("push", context, subject, short, data, type_="push.new", push=push)


def render_digest(session: Session, message: Message, context: RenderContext) -> Content | None:
    push_ids = message.ids.get("push_ids")
    ids = None if push_ids is None else [UUID(id_) for id_ in push_ids]
    pushes = pushes_for(
        session, context.audience, manager_id=message.recipient_id, ids=ids, limit=MAX_DIGEST_PUSHES
    )
    if not pushes:
        return None
    pushes.sort(key=lambda push: (-push.pair_score, -push.rank_score, push.id))
    views = [_view(push, context) for push in pushes]
    waiting = max(len(pushes), waiting_of(session, message.recipient_id))
    headline = f"{_PERIODS[_frequency_of(session, message)]}推送：{len(pushes)} 项待您处理"
    subject = f"【三库】{headline}" + (f"（共 {waiting} 项待处理）" if waiting > len(pushes) else "")
    lines = [
        f"{rank}. {name_of(push['demand'])} × {name_of(push['achievement'])}\n"
        f"匹配分 {push['score']}，{push['reason']}；"
        f"{push['similar'] + '；' if push['similar'] else ''}请于 {push['deadline']} 前答复：{push['url']}"
        for rank, push in enumerate(views, 1)
    ]
    data = {"manager_id": str(message.recipient_id), "pushes": [as_json(push) for push in pushes]}
    return _content(
        "digest", context, subject, "\n".join(lines), data, type_="push.digest", pushes=views, waiting=waiting
    )


def _view(push: PushRead, context: RenderContext) -> dict[str, Any]:
    return describe(push, url=context.link(f"/v1/pushes/{push.id}"))


_PERIODS = {Frequency.WEEKLY: "本周"} | dict.fromkeys(set(Frequency) - {Frequency.WEEKLY}, "今日")


def _frequency_of(session: Session, message: Message) -> Frequency:
    """How often the digest comes; daily for a list that is no stored digest."""
    digest = session.get(Digest, UUID(message.ids["digest_id"])) if "digest_id" in message.ids else None
    return Frequency.DAILY if digest is None else Frequency(digest.frequency)


def render_owner_digest(session: Session, message: Message, context: RenderContext) -> Content | None:
    groups = owner_matches.read(
        session,
        message.ids,
        organisation_id=message.recipient_id,
        audience=context.audience,
        threshold=context.threshold,
    )
    if not groups:
        return None
    views: list[dict[str, Any]] = [
        owner_matches.in_words(group)
        | {"url": context.link(f"/v1/{group.kind.value}s/{group.record['id']}/matches")}
        for group in groups
    ]
    subject = f"【三库】{owner_matches.subject(groups)}"
    short = "\n".join(
        f"{view['line']}：{view['record']['title']}" + (f"（{view['similar']}）" if view["similar"] else "")
        for view in views
    )
    data = {"organisation_id": str(message.recipient_id), "records": [group.as_json() for group in groups]}
    return _content("owner_digest", context, subject, short, data, type_="owner.digest", groups=views)


def render_task_reminder(session: Session, message: Message, context: RenderContext) -> Content | None:
    """The reminder names the engagement by its number, and the day: neither the task nor a participant. None if the
    task is not the recipient's to do any more, not due yet, or in an earlier message of the day."""
    task = open_task(session, UUID(message.ids["task_id"]))
    if task is None or task.assignee_id != message.recipient_id or today() < task.remind_on:
        return None
    midnight = at(local(message.created_at).date())
    if _was_sent(session, message, since=midnight):
        return None
    # Programs choose the types of their messages one by one, people the group that both are in.
    is_person = context.audience.principal.user_id is not None
    if is_person and _is_assigned_since(session, message, task, since=midnight):
        return None
    path = f"/v1/engagements/{message.ids['engagement_id']}"
    lines = [
        "您有一项对接任务即将到期或已到期，请登录查看并处理。"
        if context.audience.is_group
        else f"对接 {task.number} 中您的一项任务{due(task)}，请登录查看并处理。"
    ]
    return _notice(
        context,
        "【三库】对接任务提醒",
        lines,
        dict(message.ids),
        type_="task.reminder",
        url=context.link(path),
        button="查看任务",
        english=f"Your task in the engagement {task.number} {due_in_english(task)}. Please look at it.",
    )


def _is_assigned_since(session: Session, message: Message, task: OpenTask, *, since: datetime) -> bool:
    """Whether a message since then has named the task's day to the recipient: it was assigned or moved."""
    named = session.scalars(
        select(Notice).where(
            Notice.type.in_(("task.assigned", "task.rescheduled")),
            Notice.subject_id == UUID(message.ids["task_id"]),
            Notice.recipient_id == message.recipient_id,
        )
    )
    ids = [{"notice_id": str(one.id)} for one in named if one.data.get("due_on") == task.due_on.isoformat()]
    messages = select(Message.ids).where(
        Message.kind == MessageKind.NOTICE,
        Message.recipient_id == message.recipient_id,
        Message.created_at >= since,
    )
    return bool(ids) and any(sent in ids for sent in session.scalars(messages))


def render_closing_request(session: Session, message: Message, context: RenderContext) -> Content | None:
    """None if the record is no longer published, or has changed hands."""
    name = "demand" if "demand_id" in message.ids else "achievement"
    record_id = UUID(message.ids[f"{name}_id"])
    record: Demand | Achievement | None = (
        session.get(Demand, record_id) if name == "demand" else session.get(Achievement, record_id)
    )
    if record is None or record.state != RecordState.PUBLISHED or record.owner_org_id != message.recipient_id:
        return None
    # Registration and landing of a contract ask the same; so may two contracts of one record.
    if _was_sent(session, message, since=message.created_at - timedelta(days=1)):
        return None
    noun = "需求" if name == "demand" else "成果"
    lines = [
        f"贵单位的{noun}“{record.title}”已签订技术合同并完成登记或落地。",
        f"如该{noun}不再需要对接，请将其关闭；如仍需继续寻找合作，无须处理。",
    ]
    return _notice(
        context,
        f"【三库】请确认是否关闭{noun}",
        lines,
        dict(message.ids),
        type_="record.closing_request",
        url=context.link(f"/v1/{name}s/{record.id}"),
        button=f"查看{noun}",
        english=f"A contract about your {name} was registered or landed. Close it if it needs no more partners.",
    )


def _was_sent(session: Session, message: Message, *, since: datetime) -> bool:
    """Whether an earlier message said the same to the recipient."""
    earlier = select(Message.ids).where(
        Message.kind == message.kind,
        Message.recipient_id == message.recipient_id,
        Message.id < message.id,
        Message.created_at >= since,
    )
    return message.ids in session.scalars(earlier).all()


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
    return _notice(
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


def render_test(_: Session, message: Message, context: RenderContext) -> Content | None:
    lines = ["这是一条测试消息。收到本消息，表明此渠道可以正常接收推送。"]
    data = {"text": "This is a test message of Sanku 三库.", "requested_at": message.created_at.isoformat()}
    english = "This is a test message: the channel can receive what is pushed."
    return _notice(context, "【三库】测试消息", lines, data, type_="webhook.test", english=english)


def render_verification(_: Session, __: Message, context: RenderContext) -> Content | None:
    if context.confirm_url is None:
        return None
    lines = [
        "您（或他人）申请将推送和通知发送至此邮箱。请在 7 天内点击“确认接收”；"
        "如非您本人操作，请忽略本邮件，系统不会再向您发送。"
    ]
    return _notice(
        context,
        "【三库】请确认您的邮箱",
        lines,
        {},
        type_="channel.verify",
        url=context.confirm_url,
        button="确认接收",
        english="Somebody asked to send pushes and notices to this mailbox. Open the link within 7 days to confirm it; "
        "if it was not you, ignore this mail, and nothing more is sent.",
    )


def render_endpoint_disabled(session: Session, message: Message, context: RenderContext) -> Content | None:
    endpoint = session.get(WebhookEndpoint, UUID(message.ids["endpoint_id"]))
    if endpoint is None or endpoint.disabled_at is None:
        return None
    is_gone = endpoint.disabled_reason == ENDPOINT_GONE
    reason = "答复已不存在（HTTP 410）" if is_gone else "长时间接收失败"
    lines = [
        f"贵单位的 Webhook 端点“{endpoint.name}”（{endpoint.host}）因{reason}，已被停用。",
        "请检查接收程序，修复后在“Webhook 端点”中重新启用。停用前未送达的消息可在投递日志中重新投递；"
        "停用期间的消息不再发送，请在系统中查看。",
    ]
    data = {"endpoint_id": str(endpoint.id), "host": endpoint.host, "reason": endpoint.disabled_reason}
    return _notice(
        context, "【三库】Webhook 端点已停用", lines, data, type_="webhook.disabled",
        url=context.link(f"/v1/webhooks/{endpoint.id}"), button="查看端点",
        english="Your webhook endpoint is disabled: what it answered, or its silence, ended the attempts. Mend it and "
        "enable it again; what is sent meanwhile is in the service alone.",
    )  # fmt: skip


RENDERERS: Mapping[MessageKind, Renderer] = {
    MessageKind.PUSH: render_push,
    MessageKind.DIGEST: render_digest,
    MessageKind.OWNER_DIGEST: render_owner_digest,
    MessageKind.TASK_REMINDER: render_task_reminder,
    MessageKind.CLOSING_REQUEST: render_closing_request,
    MessageKind.NOTICE: render_notice,
    MessageKind.TEST: render_test,
    MessageKind.VERIFY: render_verification,
    MessageKind.ENDPOINT_DISABLED: render_endpoint_disabled,
}


def _notice(
    context: RenderContext,
    subject: str,
    lines: Sequence[str],
    data: Mapping[str, Any],
    *,
    type_: str,
    url: str | None = None,
    button: str = "",
    english: str | None = None,
) -> Content:
    short = "\n".join([*lines, *([url] if url else [])])
    values = {"lines": lines, "items": (), "url": url, "button": button, "english": english}
    return _content("notice", context, subject, short, data, type_=type_, **values)


def _content(
    template: str,
    context: RenderContext,
    subject: str,
    short: str,
    data: Mapping[str, Any],
    *,
    type_: str,
    **values: Any,
) -> Content:
    variables = {
        "subject": subject,
        "name": context.audience.name,
        "unsubscribe_url": context.unsubscribe_url,
        **values,
    }
    return Content(
        type=type_,
        subject=subject,
        text=templates.get_template(f"{template}.txt").render(variables),
        html=templates.get_template(f"{template}.html").render(variables),
        short=short,
        data=data,
    )
