"""Groups of notices, and the channels that each takes unless its reader chooses others."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from app.events.messages import MessageKind
from app.libraries.record.enums import LabelledEnum


class NoticeGroup(LabelledEnum):
    """What a notice is about; readers choose channels by group."""

    INVITATIONS = "invitations", "对接邀请与答复", "Invitations and answers"
    STAGES = "stages", "对接进展", "Stages of engagements"
    TASKS = "tasks", "对接任务", "Tasks"
    CONTRACTS = "contracts", "技术合同", "Contracts"
    FILINGS = "filings", "备案", "Filings"
    CERTIFICATES = "certificates", "证书与任职", "Certificates and affiliations"
    RECOGNITION = "recognition", "认定与榜单", "Recognition and rankings"
    OBJECTIONS = "objections", "异议", "Objections"
    CONTESTS = "contests", "赛事与活动", "Contests"
    RECORDS = "records", "本单位的需求与成果", "Own records"
    ORGANISATION = "organisation", "单位核验", "Verification of the organisation"
    ACCOUNT = "account", "账号安全", "Account"


class NoticeChannel(StrEnum):
    """Where a notice goes besides the notices inbox, which has all of them, and the organisation's webhooks."""

    MAIL = "mail"
    ROBOT = "robot"


DEFAULT_CHANNELS: Mapping[NoticeGroup, tuple[NoticeChannel, ...]] = MappingProxyType(
    dict.fromkeys(NoticeGroup, (NoticeChannel.MAIL,))
    | dict.fromkeys((NoticeGroup.TASKS, NoticeGroup.RECORDS), (NoticeChannel.MAIL, NoticeChannel.ROBOT))
)

BY_INSTITUTION = (
    NoticeGroup.FILINGS,
    NoticeGroup.CERTIFICATES,
    NoticeGroup.RECOGNITION,
    NoticeGroup.OBJECTIONS,
    NoticeGroup.CONTESTS,
    NoticeGroup.RECORDS,
)
"""What an institution does for its managers without a login: it is notified in their place."""

ALWAYS_BY_MAIL = frozenset({NoticeGroup.ACCOUNT})
"""Somebody else may have the password by now: who it belongs to is notified in any case."""

GROUP_OF_MESSAGE: Mapping[MessageKind, NoticeGroup] = MappingProxyType(
    {
        MessageKind.TASK_REMINDER: NoticeGroup.TASKS,
        MessageKind.CLOSING_REQUEST: NoticeGroup.RECORDS,
    }
)
"""Messages with a renderer of their own that belong to a group."""

TYPE_OF_MESSAGE: Mapping[MessageKind, str] = MappingProxyType(
    {
        MessageKind.PUSH: "push.new",
        MessageKind.DIGEST: "push.digest",
        MessageKind.OWNER_DIGEST: "owner.digest",
        MessageKind.TASK_REMINDER: "task.reminder",
        MessageKind.CLOSING_REQUEST: "record.closing_request",
    }
)
"""Messages with a form of their own, by their names in webhook payloads; those of notices are in the table."""
