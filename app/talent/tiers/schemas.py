"""Request and response bodies of tiers (人才类别) and their rules. Amounts are exact, in 万元, as strings."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StrictInt,
    field_serializer,
    model_validator,
)

from app.libraries.record.enums import CertificateLevel
from app.libraries.schemas import Wire
from app.libraries.validation.errors import field_error
from app.libraries.validation.values.dates import Day
from app.libraries.validation.values.money import (
    Percent,
    TwoPlaces,
    TwoPlacesText,
    Wan,
    two_places,
)
from app.libraries.validation.values.text import TextRule
from app.talent.tiers.enums import (
    AmountBasis,
    CountedContracts,
    FilingNeed,
    Parties,
    ProjectUnit,
    ProjectYear,
    Shared,
    Tier,
    Window,
    Wording,
    YearBy,
)

MAX_HYPOTHETICAL = 500

Year = Annotated[int, Field(ge=2000, le=2100)]


def _answered(figures: dict[str, Any]) -> dict[str, Any]:
    return {
        name: two_places(value) if name.endswith("_wan") and value is not None else value
        for name, value in figures.items()
    }


StoredFigures = Annotated[dict[str, Any], PlainSerializer(_answered, when_used="json")]
"""Figures as they were stored; amounts are answered with two places."""


class ChoicesSent(Wire):
    """Choices for open questions; questions that are left out remain unchanged."""

    project_window: Window | None = Field(None, title="落地项目数的统计期间")
    project_year_by: ProjectYear | None = Field(None, title="落地项目的年度归属")
    project_unit: ProjectUnit | None = Field(None, title="落地项目的计数单位")
    unstated_period: Window | None = Field(None, title="未写明期间的合同额的统计期间")
    counted_contracts: CountedContracts | None = Field(None, title="计入的合同")
    shared_amounts: Shared | None = Field(None, title="多人共享合同的金额")
    shared_projects: Shared | None = Field(None, title="多人共享的落地项目")
    amount_basis: AmountBasis | None = Field(None, title="合同额口径")
    year_by: YearBy | None = Field(None, title="合同的年度归属")
    parties: Parties | None = Field(None, title="合同双方所在地")
    filing: FilingNeed | None = Field(None, title="是否以备案为前提")

    def given_choices(self) -> dict[str, str]:
        return self.model_dump(mode="json", exclude_none=True, include=set(ChoicesSent.model_fields))


class ConfigurationChange(ChoicesSent):
    reason: Annotated[str, TextRule(2, 500, multiline=True)] = Field(
        title="决定依据", examples=["局务会2026年第3次会议纪要"]
    )


class ChoiceRead(BaseModel):
    """One open question with the choice in force."""

    question: str = Field(title="问题")
    zh: str
    en: str
    choice: str = Field(title="现行选择")
    choice_zh: str
    choice_en: str


class SourceRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    number: str = Field(title="文号")
    title: str = Field(title="文件名称")
    issuer: str = Field(title="发文单位")
    published_on: date = Field(title="日期")


class RuleFigures(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: str = Field(title="规则")
    tier: Tier = Field(title="人才类别")
    wording: Wording = Field(title="措辞", description="may 可认定 is 认定为")
    landed_projects: int | None = Field(title="在济落地项目数不少于")
    amount_wan: TwoPlaces | None = Field(title="技术合同额不少于", description="万元")
    amount_period: str | None = Field(title="合同额期间", description="year 当年 unstated 未写明")
    certificate: CertificateLevel | None = Field(title="证书不低于")


class ConfigurationRead(BaseModel):
    choices: list[ChoiceRead] = Field(title="政策未写明的事项与现行选择")
    version: int = Field(title="版本", description="ETag 即此数；0 为规则文件的默认选择")
    reason: str | None = Field(title="决定依据")
    decided_at: datetime | None = Field(title="决定时间")


class RuleSetRead(BaseModel):
    id: str
    title_zh: str = Field(title="名称")
    title_en: str
    valid_from: date = Field(title="适用自")
    valid_to: date = Field(title="适用至")
    source: SourceRead = Field(title="依据文件")
    rules: list[RuleFigures] = Field(title="规则", description="由高到低，先满足者为准")
    configuration: ConfigurationRead


class ContractLineRead(BaseModel):
    """How a contract counts, and the reasons if it does not."""

    contract_id: UUID | None = Field(title="合同", description="试算中的假设合同为 null")
    number: str = Field(title="合同编号")
    title: str = Field(title="合同名称")
    version: int = Field(title="合同版本")
    share: TwoPlacesText = Field(title="贡献比例", description="百分比")
    year: int | None = Field(title="归属年度")
    amount_wan: TwoPlacesText = Field(title="计入金额", description="按现行口径折算后，万元")
    in_year: bool = Field(title="计入当年合同额")
    in_total: bool = Field(title="计入累计合同额")
    amount_reason: str | None = Field(title="未计入当年合同额的原因")
    projects: str = Field(title="计入落地项目数")
    project_reason: str | None = Field(title="未计为落地项目的原因")
    reasons_zh: list[str] = Field(title="原因")
    reasons_en: list[str]


class CertificateLine(BaseModel):
    level: CertificateLevel
    level_zh: str
    number: str
    valid_to: date | None


class FiguresRead(BaseModel):
    landed_projects: str = Field(title="在济落地项目数")
    amount_year_wan: TwoPlacesText = Field(title="当年技术合同额", description="万元")
    amount_total_wan: TwoPlacesText = Field(title="累计技术合同额", description="万元")
    certificate: CertificateLine | None = Field(title="最高有效证书")
    filed: bool = Field(title="是否在备案有效期内")


class ConditionRead(BaseModel):
    name: str = Field(title="条件")
    needed: str = Field(title="要求")
    actual: str = Field(title="实际")
    gap: str | None = Field(title="差额", description="满足时为 null")
    holds: bool = Field(title="是否满足")
    zh: str
    en: str

    @field_serializer("needed", "actual", "gap", when_used="json")
    def _amounts(self, value: str | None) -> str | None:
        """Amounts have two places, counts and certificates are as they are."""
        return two_places(value) if value is not None and self.name.startswith("amount") else value


class RuleOutcomeRead(BaseModel):
    rule_id: str = Field(title="规则")
    tier: Tier = Field(title="人才类别")
    wording: Wording = Field(title="措辞")
    wording_zh: str
    holds: bool = Field(title="是否满足")
    conditions: list[ConditionRead]


class MissingRead(BaseModel):
    """One rule of the next tier, with its failing conditions and their gaps."""

    rule_id: str
    tier: Tier
    conditions: list[ConditionRead]


class AlternativeRead(BaseModel):
    """Another choice where the policy is silent, and the tier that would result."""

    question: str
    question_zh: str
    choice: str
    choice_zh: str
    tier: Tier | None


class RecognisedRead(BaseModel):
    tier: str
    year: int


class TierRead(BaseModel):
    manager_id: UUID
    manager_number: str = Field(title="人才编号")
    manager_name: str = Field(title="姓名")
    year: int = Field(title="年度")
    day: date = Field(title="统计截止日")
    tier: Tier | None = Field(title="人才类别", description="按规则计算的结果，正式认定见年度认定")
    tier_zh: str | None
    wording: Wording | None = Field(title="措辞", description="may 可认定：须由管理部门审定")
    wording_zh: str | None
    rule_id: str | None = Field(title="依据规则")
    rule_set: str = Field(title="规则集")
    source: SourceRead = Field(title="依据文件")
    configuration: list[ChoiceRead] = Field(title="政策未写明的事项与现行选择")
    configuration_version: int | None = Field(description="null: 冻结时的选择")
    figures: FiguresRead = Field(title="指标")
    contracts: list[ContractLineRead] = Field(title="合同明细")
    rules: list[RuleOutcomeRead] = Field(title="逐条规则")
    next_tier: Tier | None = Field(title="上一类别")
    missing: list[MissingRead] = Field(title="达到上一类别所缺", description="满足其中一条规则即可")
    alternatives: list[AlternativeRead] = Field(title="其他选择下的结果", description="仅列出结果不同的")
    recognised: RecognisedRead | None = Field(title="最近一次公布的认定")


class SupposedContract(Wire):
    """A hypothetical contract: a project of its own, both parties in Jinan. Days default to the reference day."""

    deal_amount_wan: Wan = Field(title="成交额", description="万元", examples=["120.00"])
    technology_amount_wan: Wan | None = Field(None, title="技术交易额", description="万元；默认与成交额相同")
    share: Percent = Field(Decimal(100), title="贡献比例", description="百分比")
    signed_on: Day | None = Field(None, title="签订日期")
    registered: StrictBool = Field(True, title="是否已认定登记")
    registered_on: Day | None = Field(None, title="登记日期")
    landed_in_jinan: StrictBool = Field(False, title="是否在济落地")
    landed_on: Day | None = Field(None, title="落地日期")
    count: Annotated[StrictInt, Field(ge=1, le=100)] = Field(1, title="份数", description="这样的合同有几份")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.technology_amount_wan is not None and self.technology_amount_wan > self.deal_amount_wan:
            raise field_error(
                "technology_above_deal",
                field="technology_amount_wan",
                zh="技术交易额不能大于成交额。",
                en="The technology amount must not exceed the deal amount.",
            )
        return self


class SupposedCertificate(Wire):
    level: Literal["primary", "intermediate", "advanced"] = Field(title="等级")
    valid_to: Day | None = Field(None, title="有效期至")


class WhatIf(Wire):
    """Hypothetical contracts, certificates or choices; nothing is stored."""

    year: Year | None = Field(None, title="年度", description="默认为今年")
    contracts: Annotated[list[SupposedContract], Field(max_length=100)] = Field([], title="假设的合同")
    certificates: Annotated[list[SupposedCertificate], Field(max_length=10)] = Field([], title="假设的证书")
    configuration: ChoicesSent = Field(default_factory=ChoicesSent, title="假设的选择")

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        if sum(contract.count for contract in self.contracts) > MAX_HYPOTHETICAL:
            raise field_error(
                "too_many_contracts",
                field="contracts",
                zh=f"假设的合同合计至多 {MAX_HYPOTHETICAL} 份。",
                en=f"At most {MAX_HYPOTHETICAL} hypothetical contracts are allowed.",
            )
        return self

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "contracts": [{"deal_amount_wan": "50.00", "landed_in_jinan": True, "count": 10}],
                    "certificates": [{"level": "intermediate"}],
                }
            ]
        },
    )


class WhatIfRead(BaseModel):
    actual_tier: Tier | None = Field(title="现在的类别")
    supposed: TierRead = Field(title="假设下的结果")


class StandingRead(BaseModel):
    """The computed tier of the current year, as last stored."""

    model_config = ConfigDict(from_attributes=True)

    manager_id: UUID
    year: int
    tier: str | None = Field(title="人才类别")
    rule_id: str | None
    figures: StoredFigures = Field(title="指标")
    computed_at: datetime = Field(title="计算时间")


class TierChangeRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    manager_id: UUID
    year: int
    before: str | None = Field(title="原类别")
    after: str | None = Field(title="新类别")
    rule_id: str | None
    figures: StoredFigures = Field(title="当时的指标")
    cause: str = Field(title="起因事件")
    cause_id: UUID | None = Field(title="起因记录")
    changed_at: datetime = Field(title="时间")
