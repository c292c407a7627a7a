"""Messages about the channels themselves: a test, a confirmation, a disabled endpoint."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.notifications.channels.base import Content
from app.notifications.content.render_context import RenderContext, notice_content
from app.notifications.models import ENDPOINT_GONE, Message, WebhookEndpoint


def render_test(_: Session, message: Message, context: RenderContext) -> Content | None:
    lines = ["这是一条测试消息。收到本消息，表明此渠道可以正常接收推送。"]
    data = {"text": "This is a test message of Sanku 三库.", "requested_at": message.created_at.isoformat()}
    english = "This is a test message: the channel can receive what is pushed."
    return notice_content(context, "【三库】测试消息", lines, data, type_="webhook.test", english=english)


def render_verification(_: Session, __: Message, context: RenderContext) -> Content | None:
    if context.confirm_url is None:
        return None
    lines = [
        "您（或他人）申请将推送和通知发送至此邮箱。请在 7 天内点击“确认接收”；"
        "如非您本人操作，请忽略本邮件，系统不会再向您发送。"
    ]
    return notice_content(
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
    return notice_content(
        context, "【三库】Webhook 端点已停用", lines, data, type_="webhook.disabled",
        url=context.link(f"/v1/webhooks/{endpoint.id}"), button="查看端点",
        english="Your webhook endpoint is disabled: what it answered, or its silence, ended the attempts. Mend it and "
        "enable it again; what is sent meanwhile is in the service alone.",
    )  # fmt: skip
