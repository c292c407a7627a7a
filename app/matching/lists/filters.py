"""Filters of match lists, as query parameters and in the body of a match for free text.

Each list knows only the filters that apply to what it lists: another one would filter nothing, so it is refused.
"""

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.access.principal import Principal
from app.accounts.models import OrganisationKind
from app.errors import Invalid
from app.libraries.http.filters import require_details
from app.libraries.record.enums import RecordKind
from app.libraries.validation.values.codes import FieldCodes, LanguageCode, RegionCode, TransferModes
from app.libraries.validation.values.money import Wan
from app.matching.results import PairFilter


class CommonFilters(BaseModel):
    """Filters that apply to achievements and demands alike."""

    model_config = ConfigDict(extra="forbid")

    field: FieldCodes | None = Field(None, title="领域", description="领域代码；一级代码包含其二级")
    region: RegionCode | None = Field(None, title="地区", description="上级包含下级")
    language: list[LanguageCode] | None = Field(None, title="语言")
    mode: TransferModes | None = Field(None, title="转化或合作方式", description="任一相符即可")
    owner_kind: list[OrganisationKind] | None = Field(
        None, title="所属单位类型", description="任一相符即可；不含匿名发布的记录"
    )

    def pair_filter(self, principal: Principal, looking_for: RecordKind) -> PairFilter:
        """The filter of a list of records of the kind `looking_for`.

        Raises:
            Invalid: a filter does not apply to that kind.
            Forbidden: the reader may not filter by exact amounts.
        """
        least_trl, most, budget = (
            self._only_for(RecordKind.ACHIEVEMENT, "min_trl", looking_for),
            self._only_for(RecordKind.ACHIEVEMENT, "price_max", looking_for),
            self._only_for(RecordKind.DEMAND, "budget_min", looking_for),
        )
        for name, amount in (("price_max", most), ("budget_min", budget)):
            if amount is not None:
                require_details(principal, name)
        return PairFilter(
            fields=tuple(self.field or ()),
            region=self.region,
            min_trl=least_trl,
            languages=tuple(self.language or ()),
            modes=tuple(self.mode or ()),
            owner_kinds=tuple(kind.value for kind in self.owner_kind or ()),
            price_max_wan=most,
            budget_min_wan=budget,
        )

    def _only_for(self, kind: RecordKind, name: str, looking_for: RecordKind) -> Any:
        value = getattr(self, name, None)
        if value is not None and looking_for is not kind:
            raise Invalid.field(
                name,
                "other_kind",
                f"仅适用于查找{kind.zh}，请去掉或更改 looking_for",
                f"applies to a search for {kind.en.lower()}s only; remove it or change looking_for",
            )
        return value


class OfAchievements(CommonFilters):
    """Filters of achievements."""

    min_trl: Annotated[int, Field(ge=1, le=9)] | None = Field(None, title="最低技术成熟度")
    price_max: Wan | None = Field(None, title="价格上限", description="万元，含面议")


class OfDemands(CommonFilters):
    """Filters of demands."""

    budget_min: Wan | None = Field(None, title="预算下限", description="万元，含面议")


class AchievementsQuery(OfAchievements):
    """Query parameters of a demand's list."""

    limit: int = Field(20, ge=1, le=100, description="最多返回的匹配数")


class DemandsQuery(OfDemands):
    """Query parameters of an achievement's list."""

    limit: int = Field(20, ge=1, le=100, description="最多返回的匹配数")


AchievementFilters = Annotated[AchievementsQuery, Query()]
DemandFilters = Annotated[DemandsQuery, Query()]
