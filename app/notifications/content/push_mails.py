"""Pushes and digests in words, for managers and owners."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.notifications.channels.base import Content
from app.notifications.content import owner_matches
from app.notifications.content.audience import pushes_for, waiting_of
from app.notifications.content.push_views import as_json, describe, name_of
from app.notifications.content.render_context import RenderContext, content
from app.notifications.models import Message
from app.pushes.digests.models import Digest
from app.pushes.preferences.models import Frequency
from app.pushes.schemas import PushRead

MAX_DIGEST_PUSHES = 50
"""As many as a digest may hold (`list_size` of the preferences)."""


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
    return content("push", context, subject, short, data, type_="push.new", push=push)


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
    return content(
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
    return content("owner_digest", context, subject, short, data, type_="owner.digest", groups=views)
