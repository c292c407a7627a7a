"""Request and response bodies of recognition rounds."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from app.libraries.schemas import Wire
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.text import TextRule
from app.talent.rounds.models import Decision, RoundState
from app.talent.tiers.enums import Tier
from app.talent.tiers.schemas import StoredFigures, TierRead, Year

Reason = Annotated[str, TextRule(1, 500, multiline=True)]


class RoundCreate(Wire):
    year: Year = Field(title="年度", examples=[2026])
    title: Annotated[str, TextRule(2, 120), NotSecret] = Field(
        title="名称", examples=["2026年度技术经理人人才认定"]
    )


class RoundNote(Wire):
    note: Reason | None = Field(
        None, title="理由", description="重新开放和取消时必填", examples=["数据补录。"]
    )


class RoundRead(BaseModel):
    id: UUID
    number: str = Field(title="编号", examples=["RD-2026-000001"])
    year: int = Field(title="年度")
    title: str = Field(title="名称")
    state: RoundState = Field(title="状态")
    state_zh: str
    allowed: list[str] = Field(title="可执行的操作")
    rule_set_id: str = Field(title="规则集")
    as_of: date | None = Field(title="统计截止日")
    digest: str | None = Field(title="冻结数据的摘要", description="SHA-256，覆盖规则、选择和全部数据")
    frozen_at: datetime | None = Field(title="冻结时间")
    published_at: datetime | None = Field(title="公布时间")
    entries: int | None = Field(title="人数")
    pending: int | None = Field(title="待审定人数")
    objections: int | None = Field(title="未处理的异议数")
    doubted: int | None = Field(title="待复核的认定数")
    version: int = Field(title="版本", description="ETag 即此数")


class RoundEntryRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    round_id: UUID
    manager_id: UUID
    manager_number: str = Field(title="人才编号")
    manager_name: str = Field(title="姓名")
    computed_tier: Tier | None = Field(title="计算类别")
    rule_id: str | None = Field(title="依据规则")
    figures: StoredFigures = Field(title="指标")
    tier: Tier | None = Field(title="认定类别", description="待审定时为 null")
    decision: Decision = Field(title="决定方式")
    reason: str | None = Field(title="理由")
    decided_at: datetime | None = Field(title="决定时间")
    doubt: str | None = Field(
        title="待复核的情形",
        description="certificate.revoked 所依据的证书核验被撤销 contract.cancelled 所依据的合同已解除 "
        "contract.amended 所依据的合同变更后计入减少",
    )
    doubted_at: datetime | None = Field(title="待复核自")
    withdrawn_at: datetime | None = Field(title="撤销认定的时间")
    review_reason: str | None = Field(title="复核理由")
    reviewed_at: datetime | None = Field(title="复核时间")
    version: int = Field(title="版本", description="ETag 即此数")


class EntryDetail(RoundEntryRead):
    digest: str = Field(title="数据摘要")
    evaluation: TierRead = Field(title="按冻结数据的计算过程")


class DecisionSent(Wire):
    tier: Tier | None = Field(title="认定类别", description="null 为不予认定")
    reason: Reason | None = Field(None, title="理由", description="与计算结果不同时必填")


class ReviewSent(Wire):
    withdrawn: StrictBool = Field(title="是否撤销认定", description="false 为维持原认定")
    reason: Annotated[str, TextRule(2, 500, multiline=True), NotSecret] = Field(
        title="理由", examples=["所依据的证书核验已撤销。"]
    )


class ObjectionCreate(Wire):
    manager_id: UUID | None = Field(None, title="技术经理人", description="本人提出时可空缺")
    text: Annotated[str, TextRule(2, 2000, multiline=True), NotSecret] = Field(
        title="异议", examples=["合同 HT-2026-000012 已于 11 月 3 日登记，未计入。"]
    )


class ObjectionAnswer(Wire):
    upheld: StrictBool = Field(title="是否成立")
    answer: Annotated[str, TextRule(2, 2000, multiline=True)] = Field(
        title="答复", examples=["经核实，合同已登记，予以更正。"]
    )
    tier: Tier | None = Field(None, title="更正后的类别", description="异议成立时填写")


class ObjectionRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    round_id: UUID
    entry_id: UUID
    manager_id: UUID
    text: str = Field(title="异议")
    state: str = Field(title="状态", description="open 待处理 upheld 成立 dismissed 不成立")
    answer: str | None = Field(title="答复")
    raised_at: datetime
    answered_at: datetime | None


class DifferenceRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    manager_id: UUID
    subject: str = Field(
        title="对象", description="entry 认定条目 contract 合同 certificate 证书 filing 备案"
    )
    subject_id: UUID | None
    number: str | None = Field(title="编号")
    field: str = Field(title="字段")
    frozen: Any = Field(title="冻结时的值")
    found: Any = Field(title="现在的值")


class TierToday(BaseModel):
    manager_id: UUID
    frozen_tier: str | None
    tier_today: str | None


class RecomputationRead(BaseModel):
    """`equal` means that the stored results follow from the frozen data."""

    equal: bool = Field(title="与冻结数据一致")
    stored_digest: str = Field(title="冻结时的摘要")
    recomputed_digest: str = Field(title="重算的摘要")
    entries: int = Field(title="重算人数")
    differences: list[DifferenceRead] = Field(title="不一致之处")
    drift: list[DifferenceRead] = Field(title="冻结后数据的变化", description="不影响本次认定")
    tiers_today: list[TierToday] = Field(title="按现有数据类别将不同的人员")


class RecognitionRead(BaseModel):
    """The public part of a recognition."""

    name: str = Field(title="姓名")
    tier: Tier = Field(title="认定类别")
    year: int = Field(title="年度")
    withdrawn_on: date | None = Field(None, title="撤销日期", description="认定已撤销的")


class Sheet(StrEnum):
    ENTRIES = "entries"
    CONTRACTS = "contracts"


class FileFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
