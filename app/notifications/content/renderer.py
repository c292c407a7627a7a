"""Rendering of messages from the present rows, in Chinese and the gist in English: one renderer for each kind.

A renderer returns None if there is nothing left to send, for example because the push has been answered or the record
withdrawn since the message was requested.
"""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from app.events.messages import MessageKind
from app.notifications.channels.base import Content
from app.notifications.content.channel_mails import render_endpoint_disabled, render_test, render_verification
from app.notifications.content.notice_mails import render_notice
from app.notifications.content.push_mails import render_digest, render_owner_digest, render_push
from app.notifications.content.reminders import render_closing_request, render_task_reminder
from app.notifications.content.render_context import RenderContext
from app.notifications.models import Message

Renderer = Callable[[Session, Message, RenderContext], Content | None]

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
