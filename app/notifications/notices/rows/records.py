"""Rows of the table of notices about records: some tell their owner by a name of later, some are no duplicates."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from app.events import catalogue as events
from app.events.outbox import Event
from app.libraries.record.enums import RecordKind, RecordState
from app.libraries.registry import LIBRARIES
from app.notifications.notices import audiences as to
from app.notifications.notices.audiences import OWNERS, NoticeAudience, NotifiedPerson
from app.notifications.notices.conditions.beginnings import after
from app.notifications.notices.conditions.reviews import record_is
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


def _owner_or_manager(session: Session, event: Any) -> Iterable[NotifiedPerson]:
    kind = RecordKind.of(event.kind)
    if kind is RecordKind.MANAGER:
        return [NotifiedPerson("manager_id", event.subject_id)]
    record = session.get(LIBRARIES[kind].model, event.subject_id)
    if record is None or record.owner_org_id is None:
        return []
    return [NotifiedPerson("organisation_id", record.owner_org_id, OWNERS)]


def _no_duplicate(type_: str, zh: str, en: str, *, published: bool) -> NoticeRow:
    """The owner was notified that it was withdrawn."""
    return NoticeRow(
        event=events.RecordMergeUndone,
        type=type_,
        group=Group.RECORDS,
        to=NoticeAudience("the owner of the record, or the manager", _owner_or_manager),
        zh=f"{{kind_zh}} {{number}} 的重复认定已由主管部门撤销，{zh}。",
        en=f"The bureau finds no more that your {{kind_en}} {{number}} is a duplicate; it {en}.",
        path="/v1/{kind}s/{subject_id}",
        applies=lambda _, event: event.published is published,
        still_holds=record_is(RecordState.PUBLISHED if published else RecordState.DRAFT),
        heard=after("demand.withdrawn", "achievement.withdrawn", "manager.withdrawn"),
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
    _no_duplicate(
        "record.reinstated",
        "已恢复发布",
        "is published again",
        published=True,
    ),
    _no_duplicate(
        "record.reinstated_as_draft",
        "已恢复为草稿，请按现行规定修改后重新发布",
        "is a draft: please change it as the present rules ask, and publish it again",
        published=False,
    ),
)
