"""Request and response schemas of notices."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from app.libraries.schemas import Wire
from app.notifications.notices.groups import NoticeChannel, NoticeGroup
from app.notifications.notices.models import Notice, NoticePreference
from app.notifications.notices.service import channels_of


class NoticeRead(BaseModel):
    """One notice."""

    id: UUID
    type: str = Field(title="类型", examples=["contract.signed"])
    group: NoticeGroup = Field(title="类别")
    zh: str = Field(title="内容", examples=["合同 HT-2026-000001 已签订。"])
    en: str
    path: str = Field(title="相关页面", description="查看或办理的地址；为空表示无需查看")
    subject_id: UUID | None = Field(title="相关记录")
    urgent: bool = Field(title="紧急", description="不受免打扰时段限制")
    created_at: datetime
    read_at: datetime | None = Field(title="阅读时间", description="本人标记为已读的时间")

    @classmethod
    def of(cls, row: Notice, words: tuple[str, str], read_at: datetime | None) -> "NoticeRead":
        """`words` are its text in Chinese and English."""
        zh, en = words
        return cls(
            id=row.id,
            type=row.type,
            group=NoticeGroup.of(row.group),
            zh=zh,
            en=en,
            path=row.path,
            subject_id=row.subject_id,
            urgent=row.urgent,
            created_at=row.created_at,
            read_at=read_at,
        )


class NoticeCount(BaseModel):
    unread: int = Field(ge=0, title="未读数")


class NoticesMarked(BaseModel):
    marked: int = Field(ge=0, title="标记为已读的数量")


class NoticePreferencesIn(Wire):
    """The channels of each group besides the notices inbox; groups that are left out return to their default."""

    channels: dict[NoticeGroup, list[NoticeChannel]] = Field(
        title="各类通知的渠道",
        description="mail 邮件 robot 群机器人；空列表为仅在通知中心查看。未列出的类别恢复默认；账号安全类始终发送邮件",
        examples=[{"contracts": ["mail"], "contests": []}],
    )


class NoticePreferencesRead(NoticePreferencesIn):
    version: int = Field(description="ETag 即此数；0 为从未设置")

    @classmethod
    def of(cls, row: NoticePreference) -> "NoticePreferencesRead":
        channels = {group: list(channels_of(row.channels, group)) for group in NoticeGroup}
        return cls(channels=channels, version=row.version)
