"""Pushes over the wire. Descriptions are for the Chinese API pages."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.libraries.checks.text import TextRule
from app.libraries.schemas import Wire
from app.pushes.models import PushState


class RecordSummary(BaseModel):
    """One side of the pair, as far as the reader may see it: what is not his to see is left out."""

    model_config = ConfigDict(extra="ignore")

    id: UUID
    number: str = Field(title="编号", examples=["JN-D-2026-000123"])
    kind: str
    state: str = Field(title="状态", description="记录已下架或成交时,只显示编号和状态")
    title: str | None = Field(None, title="名称")
    text: str | None = Field(None, title="主要内容", description="需求的主要问题或成果简介,过长时截短")
    fields: list[str] | None = Field(None, title="高新技术领域")
    region: str | None = Field(None, title="地区")
    min_trl: int | None = Field(None, title="期望成熟度")
    trl: int | None = Field(None, title="成熟度")
    cooperation_modes: list[str] | None = Field(None, title="合作方式")
    transfer_modes: list[str] | None = Field(None, title="转化方式")
    deadline: date | None = Field(None, title="截止日期")
    budget_band: str | None = Field(None, title="预算区间")
    price_band: str | None = Field(None, title="价格区间")
    publish_mode: str | None = Field(None, title="发布方式")
    owner_org_id: UUID | None = Field(None, title="所属单位")
    owner_name: str | None = Field(None, title="单位名称")
    public_alias: str | None = Field(None, title="匿名名称", description="匿名发布时代替单位名称")
    view_level: int | None = Field(None, ge=0, le=3, title="可见级别")


class ManagerSummary(BaseModel):
    id: UUID
    number: str
    name: str


class PushReasons(BaseModel):
    pair: dict[str, Any] = Field(default_factory=dict, title="供需匹配理由")
    manager: dict[str, Any] = Field(default_factory=dict, title="推荐该经理人的理由")


class PushRead(BaseModel):
    """One push. Scores are 0–1."""

    id: UUID
    state: PushState = Field(
        title="状态",
        description="new 未读 read 已读 later 稍后 accepted 已接收 declined 已谢绝 expired 已过期 cancelled 已取消",
    )
    allowed: list[str] = Field(title="可作的答复", examples=[["read", "accept", "decline", "later"]])
    manager: ManagerSummary
    demand: RecordSummary
    achievement: RecordSummary
    pair_score: float = Field(ge=0, le=1, title="供需匹配分")
    manager_score: float = Field(ge=0, le=1, title="经理人适配分")
    rank_score: float = Field(ge=0, le=1, title="排序分", description="匹配分 × 适配分;收件箱另按新旧加权")
    reasons: PushReasons
    model_version: str
    created_at: datetime
    expires_at: datetime = Field(title="失效时间")
    read_at: datetime | None = None
    snoozed_until: datetime | None = Field(None, title="稍后提醒时间")
    answered_at: datetime | None = None
    decline_reason: str | None = Field(None, title="谢绝原因")
    note: str | None = Field(None, title="说明")
    ended_reason: str | None = Field(None, title="取消原因", examples=["demand_not_published"])
    ended_at: datetime | None = None
    version: int = Field(description="ETag 即此数")


class Decline(Wire):
    reason: str = Field(
        max_length=30,
        title="谢绝原因",
        description="too_early 成熟度不足 outside_need 不在需求范围内 price 价格不合适 terms 合作条件不合适 "
        "already_known 已知晓或已在对接 unclear_text 内容不清楚 no_benefit 看不到收益 other 其他",
        examples=["price"],
    )
    note: Annotated[str, TextRule(1, 500, multiline=True)] | None = Field(
        None, title="说明", description="原因为 other 时必填"
    )


class Later(Wire):
    until: AwareDatetime = Field(title="稍后提醒时间", description="含时区,应早于推送失效时间")


class PlanRequest(Wire):
    """One of the two: the record whose pairs are to be pushed."""

    demand_id: UUID | None = None
    achievement_id: UUID | None = None


class Planned(BaseModel):
    event_id: UUID = Field(title="事件", description="由后台处理;可在 /v1/events 查看")
