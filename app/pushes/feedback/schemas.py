"""Request and response schemas of owners' answers, error reports and the feedback summary."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.libraries.schemas import Wire
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.codes import CodeOf
from app.libraries.validation.values.text import TextRule
from app.pushes.feedback.models import ReportState
from app.pushes.feedback.pair_side import Side

Note = Annotated[str, TextRule(1, 500, multiline=True), NotSecret]


class OwnerAnswerIn(Wire):
    interested: bool = Field(title="是否有意向")
    reason: Annotated[str, CodeOf("decline_reasons")] | None = Field(
        None, title="原因", description="无意向时必填；代码见词表 decline_reasons"
    )
    note: Note | None = Field(None, title="说明", description="原因为 other 时必填；不向对方披露")


class OwnerAnswerRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    demand_id: UUID
    achievement_id: UUID
    side: Side = Field(title="答复方", description="demand 需求方 achievement 成果方")
    interested: bool
    reason: str | None
    note: str | None
    answered_at: datetime
    version: int = Field(description="ETag 即此数")


class ReportIn(Wire):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "demand_id": "019a0000-0000-7000-8000-000000000001",
                    "achievement_id": "019a0000-0000-7000-8000-000000000002",
                    "category": "wrong_terms",
                    "note": "成果的盐雾时间为 720 h，未达到 1000 h。",
                }
            ]
        }
    )

    demand_id: UUID
    achievement_id: UUID
    category: Annotated[str, CodeOf("match_report_categories")] = Field(
        max_length=30,
        title="差错类别",
        description="wrong_topic 主题不相关 wrong_terms 指标或条件判断有误 wrong_reason 匹配理由有误 "
        "outdated 信息已过时 duplicate 重复记录 hidden_conflict 存在未识别的利益冲突 leak 泄露了保密信息 other 其他",
    )
    note: Note | None = Field(None, title="说明", description="类别为 other 时必填")


class ReportRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    demand_id: UUID
    achievement_id: UUID
    category: str
    note: str | None
    state: ReportState = Field(title="状态", description="open 待处理 resolved 已处理 dismissed 不成立")
    created_at: datetime
    resolution: str | None = Field(title="处理说明")
    resolved_at: datetime | None
    version: int = Field(description="ETag 即此数")


class ReportForBureau(ReportRead):
    reported_by: UUID | None = Field(title="报告人")
    organisation_id: UUID | None = Field(title="报告人所在单位")


class Resolution(Wire):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"state": "resolved", "resolution": "已更正成果的指标，匹配已重算。"}]
        }
    )

    state: Literal[ReportState.RESOLVED, ReportState.DISMISSED]
    resolution: Note = Field(title="处理说明")


class ReasonCounted(BaseModel):
    code: str
    zh: str
    en: str
    count: int = Field(ge=2)
    advice_zh: str = Field(title="改进建议")
    advice_en: str


class SupplierFeedback(BaseModel):
    """Counts over the answers of managers and demand owners; nobody is named."""

    achievement_id: UUID
    pushed: int = Field(title="推送次数")
    accepted: int = Field(title="接收")
    declined: int = Field(title="谢绝")
    waiting: int = Field(title="待答复")
    ended: int = Field(title="未答复或已取消", description="与接收、谢绝、待答复之和为推送次数")
    demand_owners_interested: int = Field(title="有意向的需求方")
    demand_owners_not_interested: int = Field(title="无意向的需求方")
    reasons: list[ReasonCounted] = Field(title="原因", description="同一原因出现至少两次方予列出")
    reasons_withheld: int = Field(title="未列出的答复数", description="原因仅出现一次的答复，不单独列出")
