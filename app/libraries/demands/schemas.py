"""API schemas of demands (技术需求)."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.libraries.demands.clarity import Severity
from app.libraries.schemas import (
    Creation,
    DisclosedFields,
    JinanIndustryCode,
    Line,
    LongText,
    OrganisationRef,
    OwnerChange,
    Paragraph,
    RecordRead,
    StrategicCodes,
    Title,
    TransferModes,
    today_or_later_example,
)
from app.libraries.validation.indicators.model import Indicators
from app.libraries.validation.values.codes import CodeOf, Trl
from app.libraries.validation.values.dates import Day
from app.libraries.validation.values.money import Wan
from app.libraries.validation.values.text import TextRule
from app.libraries.visibility.price_bands import MoneyBand


class DemandFields(DisclosedFields):
    """Fields of a demand."""

    main_problem: LongText | None = Field(None, title="主要问题", description="10–5000 字；发布必填")
    cooperation_modes: TransferModes | None = Field(None, title="合作方式", description="发布必填")
    deadline: Day | None = Field(None, title="需求截止日期", description="今天或以后；发布必填")

    need_kind: Annotated[str, CodeOf("need_kinds")] | None = Field(None, title="需求类型")
    activity_type: Annotated[str, CodeOf("activity_types")] | None = Field(None, title="科技活动类型")
    key_technology: LongText | None = Field(None, title="技术关键")
    expected_goal: LongText | None = Field(None, title="预期目标")
    indicators: Indicators | None = Field(None, title="考核指标", description="至多 20 项")
    scenario: Paragraph | None = Field(None, title="应用场景与工况")
    benchmark: Paragraph | None = Field(None, title="对标水平")
    min_trl: Trl | None = Field(None, title="期望成熟度", description="最低 TRL,1–9")
    strategic_fields: StrategicCodes | None = Field(None, title="战略性新兴产业")
    jinan_industry: JinanIndustryCode | None = Field(None, title="济南主导产业")

    budget_min_wan: Wan | None = Field(None, title="拟投入资金下限", description="万元；上下限均空为面议")
    budget_max_wan: Wan | None = Field(None, title="拟投入资金上限", description="万元")
    payment_plan: Paragraph | None = Field(None, title="支付方式")
    ip_ownership: Annotated[str, CodeOf("ip_ownerships")] | None = Field(None, title="产权归属")
    start_date: Day | None = Field(None, title="开始日期")
    partner_requirement: Paragraph | None = Field(None, title="对合作方的要求")
    preferred_partners: Annotated[list[Line], Field(max_length=20)] | None = Field(None, title="合作意向单位")

    existing_basis: Paragraph | None = Field(None, title="现有基础条件", description="仅经本单位同意后可见")
    public_alias: Annotated[str, TextRule(2, 120)] | None = Field(
        None, title="匿名名称", description="匿名发布时代替单位名称；空缺时按地区和行业自动生成"
    )
    excluded_orgs: Annotated[list[OrganisationRef], Field(max_length=50)] | None = Field(
        None, title="回避单位", description="统一社会信用代码、单位名称或 ID；不对外显示，不与之匹配"
    )


class DemandCreate(Creation, DemandFields):
    """发布须填写名称、主要问题、领域、地区、截止日期和合作方式；其余字段选填，填写越全，完整度越高。"""

    title: Title = Field(title="需求名称", description="2–200 字")

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "title": "化工储罐用高耐蚀水性防腐涂料研发",
                    "main_problem": "现用溶剂型涂料 VOC 超标，水性涂料在盐雾环境半年即起泡脱落。",
                    "fields": ["405"],
                    "region": "370112",
                    "deadline": today_or_later_example(),
                    "cooperation_modes": ["joint_development", "licence"],
                    "budget_min_wan": 60,
                    "budget_max_wan": 120,
                    "indicators": [{"name": "盐雾", "op": "≥", "value": 1000, "unit": "h"}],
                    "publish_mode": "confidential",
                }
            ]
        },
    )


class DemandPatch(OwnerChange, DemandFields):
    """A change of a demand."""

    title: Title | None = Field(None, title="需求名称")

    model_config = ConfigDict(json_schema_extra={"examples": [{"budget_max_wan": 150, "benchmark": None}]})


class DemandRead(RecordRead, DemandFields):
    """A demand as the reader may see it."""

    title: str = Field(title="需求名称")
    budget_band: MoneyBand | None = Field(None, title="预算区间")
    indicator_names: list[str] | None = Field(None, title="指标名称")


class DemandCheck(Creation, DemandFields):
    """字段与新建需求相同，均为选填，但名称、主要问题、技术关键、预期目标、应用场景至少填写一项。"""

    title: Title | None = Field(None, title="需求名称")

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "title": "储罐防腐涂料",
                    "main_problem": "现用水性涂料半年即起泡脱落，希望防腐性能达到国际先进水平，价格面议。",
                    "fields": ["405"],
                }
            ]
        },
    )


class FindingRead(BaseModel):
    """One gap in a demand and the question that closes it."""

    code: str = Field(title="代码", examples=["vague_word"])
    field: str = Field(title="字段", examples=["main_problem", "indicators.0.name"])
    severity: Severity = Field(
        title="严重程度", description="high 影响匹配和验收；medium 建议补充；low 可补充"
    )
    zh: str
    en: str
    question_zh: str = Field(title="追问")
    question_en: str
    excerpt: str | None = Field(None, title="原文")


class ClarityRead(BaseModel):
    """The clarity of a demand and the questions to its owner."""

    score: int = Field(ge=0, le=100, title="清晰度", description="0–100，为 parts 之和")
    parts: dict[str, int] = Field(
        title="得分构成",
        description="indicators 30、problem 20、conditions 16、terms 12、wording 12、need 10",
    )
    findings: list[FindingRead] = Field(title="待明确事项", description="按严重程度由高到低排列")
