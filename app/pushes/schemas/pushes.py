"""A push, and the answers to it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from app.libraries.schemas import Wire
from app.libraries.summaries import ManagerSummary, RecordSummary
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.codes import CodeOf
from app.libraries.validation.values.text import TextRule
from app.pushes.models import PushState


class PushReasons(BaseModel):
    pair: dict[str, Any] = Field(default_factory=dict, title="供需匹配理由")
    manager: dict[str, Any] = Field(default_factory=dict, title="推荐该经理人的理由")


class ChangedField(BaseModel):
    record: str = Field(title="记录", examples=["achievement"])
    field: str = Field(title="字段", examples=["price_max_wan"])
    zh: str = Field(examples=["意向价上限"])
    en: str = Field(examples=["price max"])


class WhyAgain(BaseModel):
    """Why a pair is pushed again: how its last attempt ended, and what has changed since. Scores are 0–1."""

    code: str = Field(
        title="上一轮的结果",
        description="declined 已谢绝 expired 未答复 cancelled 已取消 undone 因他人撤回答复",
    )
    reason: str | None = Field(None, title="谢绝原因", examples=["price"])
    changed: list[ChangedField] = Field(title="此后变更的字段", description="仅列出读者有权查看的字段")
    score_before: float = Field(ge=0, le=1, title="上一轮的匹配分")
    score_now: float = Field(ge=0, le=1, title="本轮开始时的匹配分")
    zh: str = Field(title="说明")
    en: str


class PushEnd(BaseModel):
    """推送结束的原因"""

    code: str = Field(title="原因代码", examples=["pair_in_deal"])
    zh: str = Field(title="中文说明", examples=["此供需对已由其他经理人对接"])
    en: str = Field(title="英文说明", examples=["another manager is already brokering this pair"])


class PushRead(BaseModel):
    """One push. Scores are 0–1."""

    id: UUID
    state: PushState = Field(
        title="状态",
        description="new 未读 read 已读 later 稍后 accepted 已接收 declined 已谢绝 expired 已过期 cancelled 已取消",
    )
    engagement_id: UUID | None = Field(None, title="对接", description="接收后开始的对接")
    allowed: list[str] = Field(title="可用操作", examples=[["read", "accept", "decline", "later"]])
    not_acceptable: PushEnd | None = Field(None, title="暂不能接收的原因", description="可以接收时为空")
    manager: ManagerSummary
    demand: RecordSummary
    achievement: RecordSummary
    similar: list[UUID] = Field(
        [],
        title="相近成果",
        description="同样适合此需求、内容几乎相同的其他成果，不另行推送；可能属于其他单位",
    )
    pair_score: float = Field(ge=0, le=1, title="供需匹配分")
    manager_score: float = Field(ge=0, le=1, title="经理人适配分")
    rank_score: float = Field(ge=0, le=1, title="排序分", description="匹配分 × 适配分；收件箱另按新旧加权")
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
    ended: PushEnd | None = Field(None, title="取消原因说明")
    ended_at: datetime | None = None
    round: int = Field(ge=1, title="轮次", description="记录有实质变化后再次推送时加一")
    pushed_at: datetime = Field(title="本轮推送时间")
    why_again: WhyAgain | None = Field(None, title="再次推送的原因", description="首轮推送为空")
    answer_due_at: datetime | None = Field(
        None, title="答复期限", description="逾期未答复的，转派给下一位经理人"
    )
    undo_until: datetime | None = Field(
        None, title="撤回截止时间", description="在此时间之前，可通过 POST …/undo 撤回答复"
    )
    version: int = Field(description="ETag 即此数")


class Decline(Wire):
    reason: Annotated[str, CodeOf("decline_reasons")] = Field(
        title="谢绝原因",
        description="too_early 成熟度不足 outside_need 不在需求范围内 price 价格不合适 terms 合作条件不合适 "
        "already_known 已知晓或已在对接 unclear_text 内容不清楚 no_benefit 看不到收益 conflict 存在利益冲突 "
        "capacity 暂无精力 other 其他",
        examples=["price"],
    )
    note: Annotated[str, TextRule(1, 500, multiline=True), NotSecret] | None = Field(
        None, title="说明", description="原因为 other 时必填"
    )


class Later(Wire):
    until: AwareDatetime = Field(title="稍后提醒时间", description="含时区，应早于推送失效时间")
