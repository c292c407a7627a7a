"""Request and response bodies of secondary affiliations (跨机构任职) and their consent."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from app.libraries.schemas import Wire
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.text import TextRule
from app.talent.affiliations.models import ConsentState


class ConsentGiven(Wire):
    reference: Annotated[str, TextRule(1, 120), NotSecret] | None = Field(
        None, title="同意文件编号", description="同意函或兼职协议的编号", examples=["人字〔2026〕12号"]
    )


class ConsentRefused(Wire):
    note: Annotated[str, TextRule(1, 500, multiline=True), NotSecret] = Field(
        title="理由", examples=["该岗位不允许在外兼职。"]
    )


class AffiliationRead(BaseModel):
    id: UUID
    manager_id: UUID
    manager_name: str = Field(title="姓名")
    organisation_id: UUID
    organisation_name: str = Field(title="任职单位")
    position: str = Field(title="职务")
    kind: str = Field(
        title="任职类型", description="full_time 专职 part_time 兼职 cross_institution 跨机构 adviser 顾问"
    )
    is_primary: bool = Field(title="主要任职单位")
    start: date | None = Field(title="开始日期")
    end: date | None = Field(title="结束日期")
    active: bool = Field(title="是否在任")
    consent: ConsentState = Field(title="单位意见")
    consent_reference: str | None = Field(title="同意文件编号")
    consent_note: str | None = Field(title="不同意的理由")
    decided_at: datetime | None = Field(title="答复时间")
