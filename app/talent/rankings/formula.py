"""The formula of a ranking: weighted figures give contributions, points and places. Pure.

Equal points share a place, and the next place counts them (1, 1, 3).
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from importlib.resources import files
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.libraries.record.enums import LabelledEnum
from app.libraries.validation.errors import field_error

CENT = Decimal("0.01")


class FigureName(LabelledEnum):
    """The figures that a formula may weigh: of one year, except the certificate, which is of the last day."""

    LANDED_PROJECTS = "landed_projects", "在济落地项目数", "projects landed in Jinan"
    AMOUNT_YEAR_WAN = (
        "amount_year_wan",
        "当年技术合同额（万元）",
        "technology contracts of the year, 10,000 yuan",
    )
    CONTRACTS = "contracts", "当年计入的合同数", "contracts counted in the year"
    ENTERPRISES_SERVED = "enterprises_served", "服务企业数", "enterprises served"
    ACCEPTANCE_RATE = "acceptance_rate", "推送接收率", "share of answered pushes that were accepted"
    TRAINING_HOURS = "training_hours", "已核验培训学时", "verified hours of training"
    CERTIFICATE_RANK = "certificate_rank", "最高有效证书等级（0–3）", "level of the best certificate, 0–3"


class WeightedFigure(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: FigureName = Field(title="指标")
    weight: Decimal = Field(gt=0, le=100, decimal_places=2, title="权重", description="满分", examples=["30"])
    full_at: Decimal | None = Field(
        None, gt=0, le=1_000_000, decimal_places=2, title="满分值", description="空缺时以最高者为满分"
    )


class Formula(BaseModel):
    """Weights add up to 100; each figure appears once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9-]{3,40}$", title="公式", examples=["gold-2026"])
    title_zh: str = Field(min_length=2, max_length=120, title="名称", examples=["金牌技术经理人评选公式"])
    title_en: str = Field(min_length=2, max_length=120, examples=["Formula for gold technology managers"])
    figures: tuple[WeightedFigure, ...] = Field(min_length=1, max_length=len(FigureName), title="指标与权重")

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({figure.name for figure in self.figures}) != len(self.figures):
            raise field_error(
                "figure_twice",
                field="figures",
                zh="同一指标只能出现一次。",
                en="Each figure may appear only once.",
            )
        return self

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        total = sum(figure.weight for figure in self.figures)
        if total != 100:
            raise field_error(
                "weights_100",
                field="figures",
                zh=f"权重之和应为 100，现为 {total}。",
                en=f"The weights must add up to 100, not {total}.",
            )
        return self


@cache
def default_formula() -> Formula:
    text = (files(__package__) / "gold.toml").read_text(encoding="utf-8")
    return Formula.model_validate(tomllib.loads(text))


Values = Mapping[FigureName, Decimal]


@dataclass(frozen=True, slots=True)
class Contribution:
    """One figure's part of the points: `points` = weight × min(value / full_at, 1), rounded half-even to 0.01."""

    name: FigureName
    value: Decimal
    weight: Decimal
    full_at: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Ranked:
    """A manager's place; `points` is the sum of the rounded contributions, so that readers can verify it."""

    manager_id: UUID
    place: int
    points: Decimal
    contributions: tuple[Contribution, ...]


def rank(formula: Formula, values: Mapping[UUID, Values]) -> list[Ranked]:
    """All managers, best first; equal points are ordered by id and share a place."""
    full = {figure.name: _full_at(figure, values) for figure in formula.figures}
    contributions = {
        id_: tuple(
            _contribution(figure, figures_of[figure.name], full[figure.name]) for figure in formula.figures
        )
        for id_, figures_of in values.items()
    }
    points = {
        id_: sum((contribution.points for contribution in parts), Decimal(0))
        for id_, parts in contributions.items()
    }
    ordered = sorted(points, key=lambda id_: (-points[id_], id_))
    return [
        Ranked(id_, _place(points[id_], ordered, points), points[id_], contributions[id_]) for id_ in ordered
    ]


def _full_at(figure: WeightedFigure, values: Mapping[UUID, Values]) -> Decimal:
    """The value that gives full points: fixed, or the best value; 1 if all values are 0, to avoid dividing by 0."""
    if figure.full_at is not None:
        return figure.full_at
    return max((figures_of[figure.name] for figures_of in values.values()), default=Decimal(0)) or Decimal(1)


def _contribution(figure: WeightedFigure, value: Decimal, full_at: Decimal) -> Contribution:
    part = min(value / full_at, Decimal(1))
    points = (figure.weight * part).quantize(CENT, rounding=ROUND_HALF_EVEN)
    return Contribution(figure.name, value, figure.weight, full_at, points)


def _place(own_points: Decimal, ordered: Sequence[UUID], points: Mapping[UUID, Decimal]) -> int:
    low, high = 0, len(ordered)
    while low < high:  # binary search for the first manager without more points
        middle = (low + high) // 2
        if points[ordered[middle]] > own_points:
            low = middle + 1
        else:
            high = middle
    return low + 1
