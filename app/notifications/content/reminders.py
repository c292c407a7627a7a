"""Reminders of tasks, and the question whether a record can be closed."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import chinese_day, english_day, today
from app.engagements.tasks.service import OpenTask, open_task
from app.events.messages import MessageKind
from app.libraries.achievements.models import Achievement
from app.libraries.demands.models import Demand
from app.libraries.record.enums import RecordState
from app.notifications.channels.base import Content
from app.notifications.content.render_context import RenderContext, notice_content
from app.notifications.models import Message
from app.notifications.notices.models import Notice
from app.pushes.preferences.working_time import at, local


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
        else f"对接 {task.number} 中您的一项任务{_due(task)}，请登录查看并处理。"
    ]
    return notice_content(
        context,
        "【三库】对接任务提醒",
        lines,
        dict(message.ids),
        type_="task.reminder",
        url=context.link(path),
        button="查看任务",
        english=f"Your task in the engagement {task.number} {_due_in_english(task)}. Please look at it.",
    )


def _due(task: OpenTask) -> str:
    """“将于 … 到期”, or that it is due today or overdue."""
    day = chinese_day(task.due_on)
    if task.due_on < today():
        return f"已于 {day} 到期，尚未完成"
    return f"今天（{day}）到期" if task.due_on == today() else f"将于 {day} 到期"


def _due_in_english(task: OpenTask) -> str:
    """“is due on …”, or that it is due today or overdue."""
    day = english_day(task.due_on)
    if task.due_on < today():
        return f"was due on {day} and is not done"
    return f"is due today ({day})" if task.due_on == today() else f"is due on {day}"


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
    return notice_content(
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
