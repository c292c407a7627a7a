"""Schemas of the matching API."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.libraries.demands.schemas import ClarityRead
from app.libraries.record.enums import RecordKind
from app.libraries.validation.values.text import TextRule, check_has_words
from app.matching.lists.filters import OfAchievements, OfDemands


class MatchOut(BaseModel):
    """One match, seen from one side; `record` is the other side, as far as the reader may see it."""

    rank: int = Field(ge=1, title="名次")
    score: float = Field(
        ge=0,
        le=1,
        title="匹配分",
        description="0–1，经校准:0.8 分的供需对约 80% 相关；单位未经核验的，只给出未达阈值（0）、阈值、0.8 三档",
    )
    good: bool = Field(title="是否达到阈值")
    record: dict[str, Any] = Field(title="对方记录", description="字段按阅读者的权限给出")
    reasons: dict[str, Any] = Field(
        title="理由", description="相符的语句及其在双方字段中的位置、起作用的特征、条件"
    )
    similar: list[UUID] = Field(
        [], title="相近成果", description="内容与本项几乎相同、排在其后的成果，不再单独列出"
    )


class AdditionOut(BaseModel):
    """Something that a demand should still say."""

    code: str = Field(examples=["indicators"])
    field: str = Field(title="字段", examples=["indicators"])
    zh: str = Field(examples=["写明要求达到的指标，如 盐雾、附着力：相近成果在这些指标上可比"])
    en: str


class MatchesOut(BaseModel):
    """A ranked list, with what it was made from."""

    items: list[MatchOut] = Field(title="名单", description="无一达到阈值时，显示为 0.00 分的不列出")
    threshold: float = Field(title="阈值", description="低于此分不算好的匹配")
    no_good_match: dict[str, Any] | None = Field(title="没有合适的匹配", description="无一达到阈值时说明原因")
    excluded: list[str] = Field(
        [],
        title="需求排除的内容",
        description="需求文字中写明不需要的内容，不参与匹配",
        examples=[["不需要漏液检测"]],
    )
    to_add: list[AdditionOut] = Field(
        [], title="建议补充", description="需求过短或答案不确定时，补充哪些内容能使结果更准确"
    )
    confidence: float | None = Field(
        title="把握", ge=0, le=1, description="0–1:列表中有合适成果的概率（仅在为需求找成果时给出）"
    )
    left_out: dict[str, int] = Field(title="按硬性规则排除的数量")
    model_version: str = Field(title="排序模型版本")
    index_position: int = Field(title="索引位置")
    computed_at: datetime = Field(title="计算时间")


class DemandCheckOut(BaseModel):
    """What a demand would be like if it were published as it is; nothing is stored."""

    clarity: ClarityRead = Field(title="清晰度")
    matches: MatchesOut = Field(title="现在的匹配", description="按现在的文字得到的前 5 项")


class TextMatchIn(OfAchievements, OfDemands):
    """A problem or a result in free words, with the filters of the kind that is sought; nothing is stored."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "text": "球铁泵体品种多、批量小，打磨全靠人工，粉尘大，想找免示教的自动打磨办法。",
                    "looking_for": "achievement",
                }
            ]
        },
    )

    text: Annotated[str, AfterValidator(check_has_words), TextRule(5, 5000, multiline=True)] = Field(
        title="文字", description="5–5000 字"
    )
    looking_for: Literal[RecordKind.ACHIEVEMENT, RecordKind.DEMAND] = Field(
        RecordKind.ACHIEVEMENT, title="找什么", description="achievement 找成果；demand 找需求"
    )
    limit: int = Field(10, ge=1, le=50)


class RecommendationOut(BaseModel):
    """A manager for the pair. With a conflict of interest or without a free place: shown, not recommended."""

    rank: int
    manager: dict[str, Any]
    score: float = Field(ge=0, le=1)
    recommended: bool
    conflict: dict[str, Any] | None = Field(title="利益冲突")
    full: bool = Field(title="在办对接已满")
    reasons: dict[str, Any]


class RecommendationsOut(BaseModel):
    demand_id: UUID
    achievement_id: UUID
    items: list[RecommendationOut]


class PairOut(BaseModel):
    """One of the best pairs of the whole store."""

    demand: dict[str, Any]
    achievement: dict[str, Any]
    score: float
    reasons: dict[str, Any]
    model_version: str
    computed_at: datetime
