"""Request and response bodies of training and training bases."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator

from app.accounts.organisations.schemas import OrganisationRef
from app.clock import today
from app.libraries.schemas import Wire
from app.libraries.validation.errors import field_error
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.codes import RegionCode
from app.libraries.validation.values.dates import EARLIEST, Day, PastDay
from app.libraries.validation.values.text import TextRule
from app.talent.certificates.schemas import ReviewNote
from app.talent.trainings.models import BaseLevel, Rung, TrainingState

__all__ = [
    "BaseCreate",
    "BasePatch",
    "BaseRead",
    "ReviewNote",
    "SummaryRead",
    "TrainingCreate",
    "TrainingRead",
]

HOURS_A_DAY = 24
"""Nobody is taught for longer, however their base counts its hours."""

BaseName = Annotated[str, TextRule(2, 120), NotSecret]


class BaseCreate(Wire):
    """技术转移人才培养基地."""

    name: BaseName = Field(title="名称", examples=["济南市技术转移人才培养基地（示例）"])
    level: BaseLevel = Field(BaseLevel.MUNICIPAL, title="级别")
    organisation_id: OrganisationRef | None = Field(
        None, title="依托单位", description="单位的 ID、统一社会信用代码或名称；可核验在本基地的培训"
    )
    region: RegionCode | None = Field(None, title="所在地区")
    designated_on: PastDay | None = Field(None, title="认定日期")


class BasePatch(Wire):
    name: BaseName | None = Field(None, title="名称", examples=["济南市技术转移人才培养基地（示例）"])
    level: BaseLevel | None = Field(None, title="级别")
    organisation_id: OrganisationRef | None = Field(None, title="依托单位")
    region: RegionCode | None = Field(None, title="所在地区")
    designated_on: PastDay | None = Field(None, title="认定日期")
    active: StrictBool | None = Field(None, title="是否开放", description="false 后不再接收新的培训记录")

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"active": False}]})


class BaseRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str = Field(title="名称")
    level: BaseLevel = Field(title="级别")
    organisation_id: UUID | None = Field(title="依托单位")
    region: str | None = Field(title="所在地区")
    designated_on: date | None = Field(title="认定日期")
    active: bool = Field(title="是否开放")
    version: int = Field(title="版本", description="ETag 即此数")


class TrainingCreate(Wire):
    """培训或教学实践记录."""

    manager_id: UUID | None = Field(None, title="技术经理人", description="本人申报时可空缺")
    base_id: UUID = Field(title="培养基地")
    rung: Rung = Field(
        title="类别",
        description="short_course 短期速训 advanced_course 中长期进阶 teaching_practice 教学实践",
    )
    course: Annotated[str, TextRule(2, 120), NotSecret] = Field(title="课程名称", examples=["技术合同实务"])
    hours: Annotated[StrictInt, Field(ge=1, le=2000)] = Field(title="学时", examples=[16])
    started_on: Day = Field(title="开始日期", examples=["2026-03-02"])
    ended_on: Day = Field(title="结束日期", examples=["2026-03-03"])
    evidence: Annotated[str, TextRule(2, 200), NotSecret] | None = Field(
        None, title="证明材料", description="文件编号或档案号"
    )

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if self.ended_on < self.started_on:
            raise field_error(
                "period_order",
                field="ended_on",
                zh="结束日期不能早于开始日期。",
                en="ended_on must not be before started_on.",
            )
        return self

    @model_validator(mode="after")
    def _hours_of_the_days(self) -> Self:
        most = HOURS_A_DAY * ((self.ended_on - self.started_on).days + 1)
        if 0 < most < self.hours:
            raise field_error(
                "too_many_hours",
                field="hours",
                zh=f"从开始到结束至多 {most} 学时，请检查学时或日期。",
                en=f"From start to end there are {most} hours at most; check the hours or the days.",
            )
        return self

    @model_validator(mode="after")
    def _begins(self) -> Self:
        if self.started_on < EARLIEST:
            raise field_error(
                "day_too_early",
                field="started_on",
                zh=f"开始日期早于 {EARLIEST}，请检查年份。",
                en=f"It must be {EARLIEST} or later; check the year.",
            )
        return self

    @model_validator(mode="after")
    def _over(self) -> Self:
        if self.ended_on > today():
            raise field_error(
                "not_over",
                field="ended_on",
                zh="培训尚未结束，结束日期应为今天或以前。",
                en="The training has not ended yet; it must be today or earlier.",
            )
        return self


class TrainingRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    manager_id: UUID
    base_id: UUID
    rung: Rung = Field(title="类别")
    course: str = Field(title="课程名称")
    hours: int = Field(title="学时")
    started_on: date = Field(title="开始日期")
    ended_on: date = Field(title="结束日期")
    evidence: str | None = Field(title="证明材料")
    state: TrainingState = Field(title="状态")
    review_note: str | None = Field(title="审核意见")
    reviewed_at: datetime | None = Field(title="审核时间")
    created_at: datetime = Field(title="申报时间")
    version: int = Field(title="版本", description="ETag 即此数")


class RungRead(BaseModel):
    rung: Rung = Field(title="类别")
    rung_zh: str = Field(title="类别名称")
    verified_hours: int = Field(title="已核验学时")
    waiting_hours: int = Field(title="待核验学时")
    needed_hours: int = Field(title="所需学时", description="本平台的设定，政策未规定学时")
    complete: bool = Field(title="是否完成")


class SummaryRead(BaseModel):
    """A manager's progress on the training ladder."""

    manager_id: UUID
    rungs: list[RungRead] = Field(title="各级培训", description="由低到高")
    next_rung: Rung | None = Field(title="下一级", description="null 为全部完成")
    missing_hours: int = Field(title="下一级尚缺学时")
