"""The table of notices: event → who is notified, in which words. The one place where somebody is notified of something.

A row names the event, the audience and the text in Chinese and English; `type` is also its name for webhooks. Texts
name reference numbers and labels of codes, never a title or an owner: every recipient may read them, wherever they
arrive. An event without a row is in `EXCEPTIONS`, with the reason.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from app.events import catalogue as events
from app.events.domain_event import DomainEvent
from app.notifications.notices import audiences as to
from app.notifications.notices.engagement_rows import CONTRACT_ROWS, ENGAGEMENT_ROWS
from app.notifications.notices.groups import TYPE_OF_MESSAGE
from app.notifications.notices.groups import NoticeGroup as Group
from app.notifications.notices.row import NoticeRow
from app.notifications.notices.talent_rows import CERTIFICATE_ROWS, FILING_ROWS, RECOGNITION_ROWS


def _action(*actions: str) -> Callable[[Session, Any], bool]:
    return lambda session, event: to.version_of(session, event)[0] in actions


def _record(event: type[DomainEvent], noun_zh: str, noun_en: str) -> tuple[NoticeRow, ...]:
    """What the bureau or the calendar does to a published record; what its owner does themselves they know."""
    texts = (
        (
            "expired",
            ("expire",),
            f"贵单位的一项{noun_zh}已过有效期并下架;如仍有效,请恢复后重新发布。",
            f"A{noun_en} of yours has expired and is withdrawn. Restore and publish it again if it still holds.",
        ),
        (
            "returned",
            ("return",),
            f"贵单位的一项{noun_zh}被主管部门退回,请查看意见,修改后重新提交。",
            f"A{noun_en} of yours was returned by the bureau. Please read the note and submit it again.",
        ),
        ("withdrawn", ("withdraw",), f"贵单位的一项{noun_zh}已下架。", f"A{noun_en} of yours was withdrawn."),
    )
    kind = event.name.partition(".")[0]
    return tuple(
        NoticeRow(
            event=event,
            type=f"{kind}.{name}",
            group=Group.RECORDS,
            to=to.RECORD_OWNER,
            zh=zh,
            en=en,
            path=f"/v1/{kind}s/{{subject_id}}",
            applies=_action(*actions),
        )
        for name, actions, zh, en in texts
    )


_OTHER_ROWS = (
    *_record(events.DemandWithdrawn, "技术需求", " demand"),
    *_record(events.AchievementWithdrawn, "技术成果", "n achievement"),
    NoticeRow(
        event=events.OrganisationVerified,
        type="organisation.verified",
        group=Group.ORGANISATION,
        to=to.SUBJECT_ORGANISATION,
        zh="贵单位已通过主管部门核验。",
        en="The bureau has verified your organisation.",
        path="/v1/organisations/{subject_id}",
    ),
    NoticeRow(
        event=events.MatchReported,
        type="match.reported",
        group=Group.OBJECTIONS,
        to=to.OPERATORS,
        zh="有一条匹配纠错待处理。",
        en="A reported match waits to be looked at.",
        path="/v1/match-reports/{subject_id}",
    ),
    NoticeRow(
        event=events.PasswordChanged,
        type="account.password_reset",
        group=Group.ACCOUNT,
        to=to.SUBJECT_USER,
        zh="主管部门已重设您的登录密码,您在各处的登录均已退出。如非您本人申请,请立即联系主管部门。",
        en="The bureau has set a new password for you; all your sessions have ended. Contact the bureau if you did not "
        "ask for it.",
        urgent=True,
        applies=lambda _, event: event.by_bureau,
    ),
    NoticeRow(
        event=events.PasswordChanged,
        type="account.password_changed",
        group=Group.ACCOUNT,
        to=to.SUBJECT_USER,
        zh="您的登录密码已修改,您在各处的登录均已退出。如非本人操作,请立即联系主管部门。",
        en="Your password was changed; all your sessions have ended. Contact the bureau if it was not you.",
        urgent=True,
        applies=lambda _, event: not event.by_bureau,
    ),
)

ROWS: tuple[NoticeRow, ...] = (
    *ENGAGEMENT_ROWS,
    *CONTRACT_ROWS,
    *FILING_ROWS,
    *CERTIFICATE_ROWS,
    *RECOGNITION_ROWS,
    *_OTHER_ROWS,
)

_PUBLISHED = "its owner did it, and matches are notified in digests"
_OWN = "its owner did it"
_PUSH = "the inbox shows it with its reason, and the live stream tells it at once"
_INNER = "a step of the service; what follows from it is notified"
_MESSAGE = "it is itself a message"

EXCEPTIONS: Mapping[type[DomainEvent], str] = MappingProxyType(
    {
        events.DemandPublished: _PUBLISHED,
        events.DemandChanged: _PUBLISHED,
        events.DemandClosed: _OWN,
        events.AchievementPublished: _PUBLISHED,
        events.AchievementChanged: _PUBLISHED,
        events.AchievementClosed: _OWN,
        events.ManagerWithdrawn: _OWN,
        events.ManagerClosed: _OWN,
        events.OrganisationChanged: "its users see the change, and the bureau the list of organisations to verify",
        events.PairsRanked: _INNER,
        events.PairsToRerank: _INNER,
        events.ModelPromoted: "an operator did it, or training, whose runs have their own list",
        events.AssignmentDue: _INNER,
        events.PushAccepted: "the owners are notified with the opening of the engagement",
        events.PushDeclined: "owners learn reasons from the feedback summary, not who declined",
        events.PushPostponed: "the manager did it",
        events.PushUndone: "the people who took part is notified with the end of the engagement",
        events.PushOverdue: _PUSH,
        events.PushExpired: _PUSH,
        events.PushCancelled: _PUSH,
        events.OwnerAnswered: "managers see it in their inbox: the pushes of the pair end, or go on",
        events.TierConfigured: "whose tier changes is notified that",
        events.TiersOutdated: _INNER,
        events.DigestDue: _MESSAGE,
        events.OwnerDigestDue: _MESSAGE,
        events.MessageDue: _MESSAGE,
        events.DeliveryDue: _MESSAGE,
    }
)


def _by_event() -> Mapping[type[DomainEvent], Sequence[NoticeRow]]:
    table: dict[type[DomainEvent], list[NoticeRow]] = {}
    for row in ROWS:
        table.setdefault(row.event, []).append(row)
    return MappingProxyType(table)


ROWS_OF_EVENT = _by_event()
BY_NAME = {event.name: event for event in ROWS_OF_EVENT}
TYPES: tuple[str, ...] = (
    *TYPE_OF_MESSAGE.values(),
    *dict.fromkeys(row.type for row in ROWS if row.message),
)
"""What a webhook may choose."""

ROW_OF_TYPE: Mapping[str, NoticeRow] = MappingProxyType({row.type: row for row in ROWS})
