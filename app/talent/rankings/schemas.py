"""Request and response bodies of rankings."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictInt, field_serializer, model_validator

from app.libraries.schemas import Wire
from app.libraries.validation.errors import field_error
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.money import TwoPlaces, TwoPlacesText, two_places
from app.libraries.validation.values.text import TextRule
from app.talent.rankings.formula import Formula
from app.talent.rankings.models import RankingState
from app.talent.tiers.schemas import Year

Place = Annotated[StrictInt, Field(ge=1, le=1000)]


class HonourFor(Wire):
    """The honour that managers in these places receive."""

    name: Annotated[str, TextRule(2, 60), NotSecret] = Field(title="荣誉名称", examples=["金牌技术经理人"])
    first_place: Place = Field(1, title="自第几名")
    last_place: Place = Field(title="至第几名", examples=[10])

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_place < self.first_place:
            raise field_error(
                "places_order",
                field="last_place",
                zh="起始名次不能大于截止名次。",
                en="last_place must not be before first_place.",
            )
        return self


class RankingCreate(Wire):
    year: Year = Field(title="年度", examples=[2026])
    title: Annotated[str, TextRule(2, 120), NotSecret] = Field(
        title="名称", examples=["2026年度金牌技术经理人评选"]
    )
    formula: Formula | None = Field(None, title="公式", description="空缺时使用默认公式")
    honours: Annotated[list[HonourFor], Field(max_length=10)] = Field([], title="荣誉")


class RankingPatch(Wire):
    title: Annotated[str, TextRule(2, 120), NotSecret] | None = Field(None, title="名称")
    formula: Formula | None = Field(None, title="公式")
    honours: Annotated[list[HonourFor], Field(max_length=10)] | None = Field(None, title="荣誉")

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"honours": [{"name": "金牌技术经理人", "first_place": 1, "last_place": 10}]}]
        },
    )


class FormulaFigureRead(BaseModel):
    name: str
    name_zh: str = Field(title="指标")
    name_en: str
    weight: str = Field(title="权重")
    full_at: str | None = Field(title="满分值", description="null: 以最高者为满分")


class FormulaRead(BaseModel):
    id: str
    title_zh: str
    title_en: str
    figures: list[FormulaFigureRead]
    rule_zh: str = Field(title="计算办法")
    rule_en: str


class RankingRead(BaseModel):
    id: UUID
    number: str = Field(title="编号")
    year: int = Field(title="年度")
    title: str = Field(title="名称")
    state: RankingState = Field(title="状态")
    state_zh: str
    formula: FormulaRead = Field(title="公式")
    honours: list[HonourFor] = Field(title="荣誉")
    as_of: date | None = Field(title="统计截止日")
    computed_at: datetime | None = Field(title="计算时间")
    published_at: datetime | None = Field(title="公布时间")
    version: int = Field(title="版本", description="ETag 即此数")


class ContributionRead(BaseModel):
    name: str
    name_zh: str = Field(title="指标")
    value: str = Field(title="数值")
    weight: str = Field(title="权重")
    full_at: str = Field(title="满分值")
    points: TwoPlacesText = Field(title="得分")

    @field_serializer("value", "full_at", when_used="json")
    def _amounts(self, value: str) -> str:
        """Amounts have two places, other figures are as they are."""
        return two_places(value) if self.name.endswith("_wan") else value


class PlaceRead(BaseModel):
    place: int = Field(title="名次", description="得分相同的名次相同")
    manager_id: UUID
    name: str = Field(title="姓名")
    points: TwoPlaces = Field(title="总分")
    contributions: list[ContributionRead] = Field(title="各项得分", description="之和即总分")
    honour: str | None = Field(title="荣誉")
