"""Request and response schemas of preferences, digests and their preview."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.libraries.schemas import Wire
from app.libraries.summaries import ManagerSummary
from app.libraries.validation.errors import field_error
from app.libraries.validation.values.codes import CodesOf, LanguageCode, RegionCode
from app.pushes.preferences.models import Frequency
from app.pushes.schemas import PushRead

_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def _clock(text: str) -> str:
    if not _CLOCK.fullmatch(text):
        raise field_error(
            "bad_time",
            zh="应为 24 小时制的时间，如 22:00。",
            en="Must be a time of day from 00:00 to 23:59, such as 22:00.",
        )
    return text


Clock = Annotated[str, Field(max_length=5), AfterValidator(_clock)]
Score = Annotated[float, Field(ge=0, le=1)]


class _TimesIn(Wire):
    digest_hour: int = Field(9, ge=0, le=23, title="清单时间", description="北京时间整点，0–23")
    weekday: int = Field(1, ge=1, le=7, title="每周清单的星期", description="1 为星期一；遇休息日顺延")
    quiet_from: Clock | None = Field("22:00", title="免打扰开始", description="北京时间，可跨午夜")
    quiet_until: Clock | None = Field("08:00", title="免打扰结束")
    on_days_off: bool = Field(
        False, title="休息日也发送", description="休息日按国务院放假安排，含调休；默认顺延到工作日"
    )
    minimum_score: Score | None = Field(None, title="最低匹配分", description="空值表示采用系统阈值")


class PreferencesIn(_TimesIn):
    """All preferences of a manager; omitted fields return to their defaults."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "frequency": "daily",
                    "digest_hour": 9,
                    "fields": ["40"],
                    "regions": ["370100"],
                    "per_day": 5,
                }
            ]
        }
    )

    frequency: Frequency = Field(
        Frequency.IMMEDIATE,
        title="频率",
        description="immediate 高分即时提醒、其余列入每日清单 daily 每日清单 weekly 每周清单 none 仅进入收件箱",
    )
    fields: Annotated[list[str], CodesOf("hightech_fields", 0, 20)] = Field(
        default_factory=list, title="关注的领域", description="空值表示不限；一级代码包含其二级代码"
    )
    regions: list[RegionCode] = Field(
        default_factory=list,
        max_length=40,
        title="关注的地区",
        description="空值表示不限；上级地区包含下级地区",
    )
    languages: list[LanguageCode] = Field(
        default_factory=list,
        max_length=10,
        title="工作语言",
        description="空值表示不限；须覆盖供需双方的语言",
    )
    immediate_score: Score | None = Field(None, title="即时提醒的匹配分", description="空值表示采用系统设置")
    per_day: int | None = Field(None, ge=1, le=100, title="每日上限", description="空值表示采用系统上限")
    per_week: int | None = Field(None, ge=1, le=500, title="七日上限", description="空值表示采用系统上限")
    list_size: int = Field(10, ge=1, le=50, title="清单条数")


class OwnerPreferencesIn(_TimesIn):
    """All preferences of an organisation; omitted fields return to their defaults."""

    frequency: Literal[Frequency.DAILY, Frequency.WEEKLY, Frequency.NONE] = Field(
        Frequency.WEEKLY, title="频率", description="daily 每日 weekly 每周 none 不发送"
    )


class PreferencesRead(PreferencesIn):
    model_config = ConfigDict(from_attributes=True, extra="ignore", json_schema_extra=None)

    version: int = Field(description="ETag 即此数；0 为从未设置")


class OwnerPreferencesRead(OwnerPreferencesIn):
    model_config = ConfigDict(from_attributes=True, extra="ignore")

    version: int = Field(description="ETag 即此数；0 为从未设置")


class DigestRead(BaseModel):
    """One digest of one day; `items` are as they were when it was created."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    manager_id: UUID
    day: date = Field(title="日期", description="北京时间")
    frequency: str
    items: list[dict[str, Any]] = Field(
        title="清单", description="push_id 推送，position 名次，new 是否首次通知"
    )
    created_at: datetime


class DigestPushes(DigestRead):
    pushes: list[PushRead] = Field(title="清单中的推送", description="按名次排列；内容为当前数据")


class OwnerNews(BaseModel):
    kind: str = Field(title="记录类别", examples=["demand"])
    record_id: UUID
    count: int = Field(ge=1, title="新匹配数")
    others: list[UUID] = Field(title="对方记录", description="匹配分最高的若干项")
    zh: str = Field(examples=["3 项技术成果与您的需求《管道防腐》匹配"])
    en: str


class OwnerDigestRead(BaseModel):
    id: UUID
    day: date
    items: list[OwnerNews]
    created_at: datetime


class PreviewIn(Wire):
    manager_id: UUID | None = Field(None, description="由管理部门填写；技术经理人预览本人清单时不填")


class PreviewItem(BaseModel):
    position: int = Field(ge=1, title="名次")
    push_id: UUID | None = Field(title="推送", description="推送尚未生成时为空")
    demand_id: UUID
    achievement_id: UUID
    pair_score: float = Field(ge=0, le=1)
    rank_score: float = Field(ge=0, le=1)
    new: bool = Field(title="首次通知")
    immediate: bool = Field(title="将即时提醒")


class LeftOut(BaseModel):
    code: str = Field(title="规则", examples=["variety_demand"])
    zh: str
    en: str
    count: int = Field(ge=1)


class LimitRead(BaseModel):
    """A limit of a manager's pushes, and how much of it is used now."""

    code: Literal["open", "pending", "day", "week"]
    zh: str = Field(examples=["今日推送"])
    en: str
    used: int = Field(ge=0, title="已用")
    limit: int = Field(ge=0, title="上限")
    own: bool = Field(title="由本人设定", description="否则为平台的上限")


class PreviewRead(BaseModel):
    """The next digest if nothing changes until then. Nothing is written."""

    manager: ManagerSummary
    day: date
    items: list[PreviewItem]
    left_out: list[LeftOut] = Field(
        title="未列入的原因", description="按数量排列；同一供需对可按多条规则分别计数"
    )
    limits: list[LimitRead] = Field(
        title="数量限制", description="待答复的上限按空余名额计算；每日和七日的上限取本人与平台中较低者"
    )
