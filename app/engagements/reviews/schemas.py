"""Request and response bodies of reviews, for the bureau alone."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.engagements.reviews.models import ReviewPart, ReviewState
from app.engagements.reviews.service import ReviewVerdict
from app.libraries.schemas import Wire
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.text import TextRule


class TieRead(BaseModel):
    code: str = Field(title="类型", examples=["possible"])
    zh: str
    en: str
    manager: str | None = Field(None, title="所涉技术经理人")
    organisations: list[str] = Field([], title="名称相近的两个单位")
    possible: bool = Field(title="待查实", description="名称相近，尚不能确定是否同一单位")
    removable: bool = Field(title="可放行", description="回避、同一集团由单位自行决定，主管部门不能放行")


class ReviewedRecord(BaseModel):
    id: UUID
    number: str
    title: str


class ReviewRead(BaseModel):
    id: UUID
    engagement_id: UUID
    number: str = Field(title="对接编号")
    demand: ReviewedRecord
    achievement: ReviewedRecord
    part: ReviewPart = Field(
        title="待核查的一方",
        description="demand 需求方 achievement 成果方 manager 技术经理人 investor 投资人",
    )
    state: ReviewState = Field(description="open 待核查 cleared 可以对接 confirmed 不宜对接 lapsed 无需核查")
    opened_at: datetime
    asked_at: datetime | None = Field(None, title="最早的同意时间", description="已同意、正等待核查的一方")
    ties: list[TieRead] = Field(description="目前的利益或回避关系；为空的，原因已消失，放行即可")
    closed_at: datetime | None = None
    decided_by: UUID | None = None
    reason: str = Field(title="理由", description="仅管理部门可见")
    decidable: bool = Field(title="可作结论", description="待核查或认定不宜对接，且对接尚未办结")
    version: int


class ReviewDecision(Wire):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"verdict": "clear", "reason": "两单位统一社会信用代码不同，无股权关系。"}]
        }
    )

    verdict: ReviewVerdict = Field(title="结论", description="clear 可以对接 confirm 不宜对接")
    reason: Annotated[str, TextRule(2, 300, multiline=True), NotSecret] = Field(
        title="理由", description="仅管理部门可见，等待的一方不会看到"
    )
