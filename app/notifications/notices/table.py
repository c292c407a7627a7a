"""The table of notices: event → who is notified, in which words. The one place where somebody is notified of something.

A row names the event, the audience and the text in Chinese and English; `type` is also its name for webhooks. Texts
name reference numbers, labels of codes, courses and what is public, never the title or the owner of a record: every
recipient may read them, wherever they arrive. An event without a row is in `EXCEPTIONS`, with the reason.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from app.events import catalogue as events
from app.events.domain_event import DomainEvent
from app.libraries.record.enums import RecordState
from app.notifications.notices import audiences as to
from app.notifications.notices.conditions.engagements import leads_as_nobody
from app.notifications.notices.conditions.reviews import (
    Condition,
    not_followed_by,
    record_is,
)
from app.notifications.notices.engagement_rows import ENGAGEMENT_ROWS
from app.notifications.notices.groups import TYPE_OF_MESSAGE
from app.notifications.notices.groups import NoticeGroup as Group
from app.notifications.notices.row import NoticeRow
from app.notifications.notices.rows.contests import CONTEST_ROWS
from app.notifications.notices.rows.contracts import CONTRACT_ROWS
from app.notifications.notices.rows.organisations import ORGANISATION_ROWS
from app.notifications.notices.rows.records import RECORD_ROWS
from app.notifications.notices.talent_rows import CERTIFICATE_ROWS, FILING_ROWS, RECOGNITION_ROWS


def _action(*actions: str) -> Callable[[Session, Any], bool]:
    return lambda session, event: to.version_of(session, event)[0] in actions


@dataclass(frozen=True, slots=True)
class _Kind:
    """How notices call the records of a library, and whom they reach."""

    name: str
    zh: str
    en: str
    to: to.NoticeAudience


_DEMAND = _Kind("demand", "贵单位的技术需求 {number} ", "Your demand {number}", to.RECORD_OWNER)
_ACHIEVEMENT = _Kind(
    "achievement", "贵单位的技术成果 {number} ", "Your achievement {number}", to.RECORD_OWNER
)
_MANAGER = _Kind("manager", "您的技术经理人记录", "Your record as a manager", to.SUBJECT_MANAGER)


def _row(
    kind: _Kind,
    event: type[DomainEvent],
    name: str,
    action: str | None,
    zh: str,
    en: str,
    *,
    still_holds: Condition | None = None,
) -> NoticeRow:
    return NoticeRow(
        event=event,
        type=f"{kind.name}.{name}",
        group=Group.RECORDS,
        to=kind.to,
        zh=kind.zh + zh,
        en=f"{kind.en} {en}",
        path=f"/v1/{kind.name}s/{{subject_id}}",
        applies=None if action is None else _action(action),
        still_holds=still_holds,
    )


def _record(
    kind: _Kind,
    published: type[DomainEvent],
    withdrawn: type[DomainEvent],
    returned: type[DomainEvent],
    closed: type[DomainEvent],
) -> tuple[NoticeRow, ...]:
    """What the bureau or the calendar does to a record; what its owner does themselves they know."""
    sent_back = (
        "被主管部门退回，请查看意见，修改后重新提交。",
        "was returned by the bureau. Please read the note and submit it again.",
    )
    is_draft = record_is(RecordState.DRAFT)
    return (
        _row(
            kind,
            published,
            "approved",
            "approve",
            "已通过审核并发布。",
            "has passed the review and is published.",
        ),
        _row(
            kind,
            withdrawn,
            "expired",
            "expire",
            "已过有效期并下架；如仍有效，请恢复后重新发布。",
            "has expired and is withdrawn. Restore and publish it again if it still holds.",
            still_holds=record_is(RecordState.WITHDRAWN),
        ),
        _row(kind, withdrawn, "returned", "return", *sent_back, still_holds=is_draft),
        _row(kind, returned, "returned", None, *sent_back, still_holds=is_draft),
        _row(kind, withdrawn, "withdrawn", "withdraw", "已下架。", "was withdrawn."),
        _row(kind, closed, "closed", None, "已办结关闭。", "was closed."),
    )


_OTHER_ROWS = (
    *_record(
        _DEMAND, events.DemandPublished, events.DemandWithdrawn, events.DemandReturned, events.DemandClosed
    ),
    *_record(
        _ACHIEVEMENT,
        events.AchievementPublished,
        events.AchievementWithdrawn,
        events.AchievementReturned,
        events.AchievementClosed,
    ),
    *_record(
        _MANAGER,
        events.ManagerPublished,
        events.ManagerWithdrawn,
        events.ManagerReturned,
        events.ManagerClosed,
    ),
    NoticeRow(
        event=events.AccountChanged,
        type="manager.left",
        group=Group.STAGES,
        to=to.OPERATORS,
        zh="技术经理人 {manager} 的账号已停用，其牵头的对接尚未办结，请联系供需双方另行安排。",
        en="The account of the manager {manager}, who leads open engagements, is closed. Please arrange with their "
        "parties who goes on.",
        path="/v1/managers/{manager_id}",
        applies=leads_as_nobody,
    ),
    NoticeRow(
        event=events.MatchReported,
        type="match.reported",
        group=Group.OBJECTIONS,
        to=to.OPERATORS,
        zh="需求 {demand} 的一条匹配纠错待处理。",
        en="A reported match of the demand {demand} waits to be looked at.",
        path="/v1/match-reports/{subject_id}",
        still_holds=not_followed_by(events.MatchReportResolved),
    ),
    NoticeRow(
        event=events.MatchReportResolved,
        type="match.report_resolved",
        group=Group.OBJECTIONS,
        to=to.REPORTER,
        zh="您对需求 {demand} 的匹配纠错已处理，请查看处理意见。",
        en="The match of the demand {demand} that you reported has been looked at. Please read the answer.",
        path="/v1/match-reports/{subject_id}",
        applies=lambda _, event: event.state == "resolved",
    ),
    NoticeRow(
        event=events.MatchReportResolved,
        type="match.report_dismissed",
        group=Group.OBJECTIONS,
        to=to.REPORTER,
        zh="您对需求 {demand} 的匹配纠错未被采纳，请查看处理意见。",
        en="The match of the demand {demand} that you reported stays as it is. Please read the answer.",
        path="/v1/match-reports/{subject_id}",
        applies=lambda _, event: event.state == "dismissed",
    ),
    NoticeRow(
        event=events.PasswordChanged,
        type="account.password_reset",
        group=Group.ACCOUNT,
        to=to.SUBJECT_USER,
        zh="主管部门已重设您的登录密码，您在各处的登录均已退出。如非您本人申请，请立即联系主管部门。",
        en="The bureau has set a new password for you; all your sessions have ended. Contact the bureau if you did not "
        "ask for it.",
        urgent=True,
        applies=lambda _, event: event.by_bureau,
        message=False,  # the mail to the login address tells it
    ),
    NoticeRow(
        event=events.PasswordChanged,
        type="account.password_changed",
        group=Group.ACCOUNT,
        to=to.SUBJECT_USER,
        zh="您的登录密码已修改，您在各处的登录均已退出。如非本人操作，请立即联系主管部门。",
        en="Your password was changed; all your sessions have ended. Contact the bureau if it was not you.",
        urgent=True,
        applies=lambda _, event: not event.by_bureau,
        message=False,
    ),
)

ROWS: tuple[NoticeRow, ...] = (
    *ENGAGEMENT_ROWS,
    *CONTRACT_ROWS,
    *FILING_ROWS,
    *CERTIFICATE_ROWS,
    *RECOGNITION_ROWS,
    *CONTEST_ROWS,
    *RECORD_ROWS,
    *_OTHER_ROWS,
    *ORGANISATION_ROWS,
)

_PUBLISHED = "its owner did it, and matches are notified in digests"
_PUSH = "the inbox shows it with its reason, and the live stream tells it at once"
_INNER = "a step of the service; what follows from it is notified"
_MESSAGE = "it is itself a message"

EXCEPTIONS: Mapping[type[DomainEvent], str] = MappingProxyType(
    {
        events.DemandChanged: _PUBLISHED,
        events.AchievementChanged: _PUBLISHED,
        events.EngagementReviewClosed: _INNER,
        events.PairsRanked: _INNER,
        events.PairsToRerank: _INNER,
        events.OrganisationToRerank: _INNER,
        events.ModelPromoted: "an operator did it, or training, whose runs have their own list",
        events.AssignmentDue: _INNER,
        events.PushAccepted: "the owners are notified with the opening of the engagement",
        events.PushDeclined: "owners learn reasons from the feedback summary, not who declined",
        events.PushPostponed: "the manager did it",
        events.PushUndone: "the people who took part are notified with the end of the engagement",
        events.PushOverdue: _PUSH,
        events.PushExpired: _PUSH,
        events.PushCancelled: _PUSH,
        events.OwnerAnswered: "managers see it in their inbox: the pushes of the pair end, or go on",
        events.TierConfigured: "whose tier changes is notified that",
        events.TiersOutdated: _INNER,
        events.LoginMailboxConfirmed: "the user did it; where the address changed, the old one is notified",
        events.CredentialsChanged: "it is mailed to the login address, whatever channels the user has",
        events.ApiKeyRefused: "the list of keys and the audit trail show it",
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


@cache
def type_names() -> Mapping[str, tuple[str, str]]:
    """Type → its name in Chinese and English, short enough for a list of choices."""
    text = (files(__package__) / "type_names.json").read_text(encoding="utf-8")
    known = json.loads(text)
    return MappingProxyType({one: (zh, en) for one in TYPES for zh, en in (known.get(one, (one, one)),)})


ROW_OF_TYPE: Mapping[str, NoticeRow] = MappingProxyType({row.type: row for row in ROWS})
