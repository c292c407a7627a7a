"""API schemas of achievements (技术成果)."""

from typing import Annotated

from pydantic import ConfigDict, Field, StrictBool

from app.libraries.schemas import (
    Creation,
    DisclosedFields,
    JinanIndustryCode,
    Line,
    LongText,
    Name,
    OrganisationRef,
    OwnerChange,
    Paragraph,
    RecordRead,
    ShortLine,
    StrategicCodes,
    Title,
    TransferModes,
    Wire,
)
from app.libraries.validation.indicators.model import Indicators
from app.libraries.validation.values.codes import CodeOf, CodesOf, Trl
from app.libraries.validation.values.dates import Day
from app.libraries.validation.values.money import Wan
from app.libraries.validation.values.text import TextRule
from app.libraries.visibility.price_bands import MoneyBand

Month = Annotated[str, Field(pattern=r"^(19|20)\d{2}-(0[1-9]|1[0-2])$", examples=["2024-03"])]


class IpRight(Wire):
    """知识产权. The number is checked against its type; a Chinese patent number also against its check digit."""

    type: Annotated[str, CodeOf("ip_types")] = Field(title="类型")
    number: ShortLine | None = Field(None, title="专利号或登记号", examples=["ZL201310699744.2"])
    title: Line | None = Field(None, title="名称")
    status: ShortLine | None = Field(None, title="法律状态")
    granted_on: Day | None = Field(None, title="授权日期")
    valid_until: Day | None = Field(None, title="有效期至")


class Contributor(Wire):
    """完成人."""

    name: Name = Field(title="姓名")
    role: ShortLine | None = Field(None, title="分工")
    position: ShortLine | None = Field(None, title="职称")


class AchievementFields(DisclosedFields):
    """Fields of an achievement."""

    summary: LongText | None = Field(None, title="成果简介", description="10–5000 字；发布必填")
    trl: Trl | None = Field(None, title="技术成熟度", description="1–9；发布必填")
    transfer_modes: TransferModes | None = Field(None, title="拟转化方式", description="发布必填")

    category: Annotated[str, CodeOf("achievement_categories")] | None = Field(None, title="成果类别")
    forms: Annotated[list[str], CodesOf("achievement_forms", 0, 10)] | None = Field(
        None, title="成果体现形式"
    )
    attribute: Annotated[str, CodeOf("achievement_attributes")] | None = Field(None, title="成果属性")
    level: Annotated[str, CodeOf("achievement_levels")] | None = Field(None, title="成果水平")
    evaluation_type: Annotated[str, CodeOf("evaluation_types")] | None = Field(None, title="评价方式")
    application_status: Annotated[str, CodeOf("application_statuses")] | None = Field(None, title="应用状态")
    advantages: Paragraph | None = Field(None, title="技术优势")
    innovations: Annotated[list[Line], Field(max_length=10)] | None = Field(None, title="创新点")
    problem_solved: Paragraph | None = Field(None, title="解决的问题", description="用需求方的语言描述")
    scenarios: Paragraph | None = Field(None, title="应用场景")
    indicators: Indicators | None = Field(None, title="技术指标", description="至多 20 项")
    strategic_fields: StrategicCodes | None = Field(None, title="战略性新兴产业")
    jinan_industry: JinanIndustryCode | None = Field(None, title="济南主导产业")

    registration_number: Annotated[str, TextRule(1, 20)] | None = Field(None, title="批准登记号")
    ip_list: Annotated[list[IpRight], Field(max_length=50)] | None = Field(None, title="知识产权")
    ip_clear: StrictBool | None = Field(None, title="权属是否清晰")
    job_invention: StrictBool | None = Field(None, title="是否职务成果")
    funding_source: Annotated[str, CodeOf("funding_sources")] | None = Field(None, title="成果来源")
    licence_kind: Annotated[str, CodeOf("licence_kinds")] | None = Field(None, title="许可方式")
    price_min_wan: Wan | None = Field(None, title="意向价下限", description="万元；上下限均空为面议")
    price_max_wan: Wan | None = Field(None, title="意向价上限", description="万元")
    rd_investment_wan: Wan | None = Field(None, title="已投研发经费", description="万元")
    landing_requirement: Paragraph | None = Field(None, title="落地条件")
    co_org_ids: Annotated[list[OrganisationRef], Field(max_length=20)] | None = Field(
        None, title="其他完成单位", description="单位的 ID、统一社会信用代码或名称；读取时为 ID"
    )
    completed_by: Annotated[list[Contributor], Field(max_length=20)] | None = Field(None, title="完成人")
    research_start: Month | None = Field(None, title="研究开始", description="yyyy-MM")
    research_end: Month | None = Field(None, title="研究结束", description="yyyy-MM")


class AchievementCreate(Creation, AchievementFields):
    """发布须填写名称、简介、领域、地区、成熟度和转化方式；其余字段选填，填写越全，完整度越高。"""

    title: Title = Field(title="成果名称", description="2–200 字")

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "title": "高耐蚀水性环氧防腐涂层制备技术",
                    "summary": "以缓蚀微胶囊改性的水性环氧树脂，中性盐雾 1200 小时无起泡，VOC 低于 80 g/L。",
                    "fields": ["405"],
                    "region": "370102",
                    "trl": 6,
                    "transfer_modes": ["licence", "joint_development"],
                    "keywords": ["水性涂料", "防腐"],
                    "indicators": [{"name": "盐雾", "op": "≥", "value": 1200, "unit": "h"}],
                    "price_min_wan": 80,
                    "price_max_wan": 150,
                }
            ]
        },
    )


class AchievementCheck(Creation, AchievementFields):
    """An achievement that is being written, of which anything may still be missing."""

    title: Title | None = Field(None, title="成果名称")


class AchievementPatch(OwnerChange, AchievementFields):
    """A change of an achievement."""

    title: Title | None = Field(None, title="成果名称")

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"trl": 7, "price_max_wan": 180, "scenarios": None}]}
    )


class AchievementRead(RecordRead, AchievementFields):
    """An achievement as the reader may see it."""

    title: str = Field(title="成果名称")
    price_band: MoneyBand | None = Field(None, title="价格区间")
    indicator_names: list[str] | None = Field(None, title="指标名称")
    co_org_names: list[str] | None = Field(None, title="其他完成单位名称")
    public_alias: str | None = Field(None, title="匿名名称")
