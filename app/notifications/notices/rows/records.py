"""Rows of the table of notices about confidential records that tell their owner by a name of later."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from app.events import catalogue as events
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.registry import LIBRARIES
from app.notifications.notices import audiences as to
from app.notifications.notices.audiences import OWNERS, NoticeAudience, NotifiedPerson
from app.notifications.notices.groups import NoticeGroup as Group
from app.notifications.notices.models import Notice
from app.notifications.notices.row import NoticeRow


def _owner(_: Session, event: Any) -> Iterable[NotifiedPerson]:
    return [NotifiedPerson("organisation_id", event.organisation_id, OWNERS)]


def _is_published(session: Session, notice: Notice) -> bool:
    """Withdrawn meanwhile, it shows nothing to anybody."""
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
        still_holds=_is_published,
    )


RECORD_ROWS: tuple[NoticeRow, ...] = (
    _row(
        "record.tells_owner",
        Group.RECORDS,
        NoticeAudience("the owner of the record", _owner),
        "单位名称等信息变更后，贵单位匿名发布的{kind_zh} {number} 的{fields_zh}可能使人认出贵单位，请修改"
        "{unless_zh}。",
        "Since names of your organisation have changed, the {fields_en} of your confidential {kind_en} {number} may "
        "tell whose it is. Please rewrite it{unless_en}.",
    ),
    _row(
        "record.tells_owner.bureau",
        Group.OBJECTIONS,
        to.OPERATORS,
        "单位名称等信息变更后，匿名发布的{kind_zh} {number} 的{fields_zh}可能使人认出其单位，请督促修改或予以下架。",
        "Since names of its owner have changed, the {fields_en} of the confidential {kind_en} {number} may tell whose "
        "it is. Please see that it is rewritten or withdrawn.",
    ),
)
