"""Rows of the table of notices about confidential records that tell their owner by a name of later."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from app.events import catalogue as events
from app.events.outbox import Event
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.registry import LIBRARIES
from app.notifications.notices import audiences as to
from app.notifications.notices.audiences import OWNERS, NoticeAudience, NotifiedPerson
from app.notifications.notices.groups import NoticeGroup as Group
from app.notifications.notices.models import Notice
from app.notifications.notices.row import NoticeRow


def _owner(_: Session, event: Any) -> Iterable[NotifiedPerson]:
    return [NotifiedPerson("organisation_id", event.organisation_id, OWNERS)]


def _is_for_message(session: Session, notice: Notice) -> bool:
    """Withdrawn meanwhile, it shows nothing to anybody; of several records the first speaks for all."""
    event = session.get(Event, notice.event_id)
    if event is not None and event.payload.get("follows"):
        return False
    return bool(event is not None and event.payload.get("others")) or _is_published(session, notice)


def _is_published(session: Session, notice: Notice) -> bool:
    for kind in (RecordKind.DEMAND, RecordKind.ACHIEVEMENT):
        record = session.get(LIBRARIES[kind].model, notice.subject_id)
        if record is not None:
            return bool(record.state == RecordState.PUBLISHED.value)
    return False


def _row(type_: str, group: Group, audience: NoticeAudience, zh: str, en: str) -> NoticeRow:
    return NoticeRow(
        event=events.RecordTellsOwner,
        type=type_,
        group=group,
        to=audience,
        zh=zh,
        en=en,
        remark_zh="涉及：{places_text}",
        remark_en=" Places: {places_text}",
        path="/v1/{kind}s/{subject_id}",
        still_holds=_is_for_message,
    )


RECORD_ROWS: tuple[NoticeRow, ...] = (
    _row(
        "record.tells_owner",
        Group.RECORDS,
        NoticeAudience("the owner of the record", _owner),
        "贵单位匿名发布的{kind_zh} {number}{others_zh} 可能使人认出贵单位，单位名称等信息变更后，其{fields_zh}须修改"
        "{unless_zh}。",
        "Since names of your organisation have changed, the {fields_en} of your confidential {kind_en} "
        "{number}{others_en} may tell whose it is. Please rewrite it{unless_en}.",
    ),
    _row(
        "record.tells_owner.bureau",
        Group.OBJECTIONS,
        to.OPERATORS,
        "匿名发布的{kind_zh} {number}{others_zh} 可能使人认出其单位，单位名称等信息变更后，其{fields_zh}须修改，"
        "请督促修改或予以下架。",
        "Since names of its owner have changed, the {fields_en} of the confidential {kind_en} {number}{others_en} may "
        "tell whose it is. Please see that it is rewritten or withdrawn.",
    ),
)
