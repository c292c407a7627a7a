"""Request and response bodies of contests and events."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from app.database import now
from app.errors import FieldError, Invalid
from app.errors.collection import Faults
from app.libraries.schemas import Wire
from app.libraries.validation.cross_field_checks import field_errors_of
from app.libraries.validation.errors import field_error
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.dates import Moment, check_moment
from app.libraries.validation.values.money import TwoPlaces
from app.libraries.validation.values.text import TextRule
from app.talent.contests.models import ContestKind, ContestState, RegistrationState

Title = Annotated[str, TextRule(2, 120), NotSecret]
Capacity = Annotated[StrictInt, Field(ge=1, le=100_000)]


class ContestCreate(Wire):
    kind: ContestKind = Field(title="类型", description="project_contest 项目大赛 brand_event 品牌活动")
    title: Title = Field(title="名称", examples=["2026济南技术转移项目大赛"])
    description: Annotated[str, TextRule(0, 2000, multiline=True), NotSecret] = Field("", title="说明")
    venue: Annotated[str, TextRule(0, 120), NotSecret] = Field("", title="地点")
    deadline: Moment = Field(title="报名截止时间", examples=["2027-05-10T16:00:00Z"])
    starts_at: Moment = Field(title="开始时间", examples=["2027-05-20T01:00:00Z"])
    ends_at: Moment = Field(title="结束时间", examples=["2027-05-20T09:00:00Z"])
    capacity: Capacity | None = Field(None, title="名额", description="空缺为不限；名额已满时进入候补")

    @model_validator(mode="after")
    def _times_in_order(self) -> Self:
        check_times(self.deadline, self.starts_at, self.ends_at, opens=True)
        return self


class ContestPatch(Wire):
    title: Title | None = Field(None, title="名称")
    description: Annotated[str, TextRule(0, 2000, multiline=True), NotSecret] | None = Field(
        None, title="说明"
    )
    venue: Annotated[str, TextRule(0, 120), NotSecret] | None = Field(None, title="地点")
    deadline: Moment | None = Field(None, title="报名截止时间")
    starts_at: Moment | None = Field(None, title="开始时间")
    ends_at: Moment | None = Field(None, title="结束时间")
    capacity: Capacity | None = Field(None, title="名额", description="null 为不限")

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"capacity": 60}]})


class ContestNote(Wire):
    note: Annotated[str, TextRule(1, 500, multiline=True), NotSecret] | None = Field(
        None, title="理由", description="取消时必填", examples=["场地原因延期。"]
    )


class ContestRead(BaseModel):
    id: UUID
    number: str = Field(title="编号")
    kind: ContestKind = Field(title="类型")
    kind_zh: str
    title: str = Field(title="名称")
    description: str = Field(title="说明")
    venue: str = Field(title="地点")
    deadline: datetime = Field(title="报名截止时间")
    starts_at: datetime = Field(title="开始时间")
    ends_at: datetime = Field(title="结束时间")
    capacity: int | None = Field(title="名额")
    state: ContestState = Field(title="状态")
    state_zh: str
    registered: int = Field(title="已报名人数")
    waiting: int = Field(title="候补人数")
    version: int = Field(title="版本", description="ETag 即此数")


class RegistrationCreate(Wire):
    manager_id: UUID | None = Field(None, title="技术经理人", description="本人报名时可空缺")
    project: Annotated[str, TextRule(2, 200), NotSecret] | None = Field(
        None, title="参赛项目", description="项目大赛必填", examples=["高温防腐涂层在阀门上的应用"]
    )


class RegistrationRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    contest_id: UUID
    manager_id: UUID
    project: str | None = Field(title="参赛项目")
    state: RegistrationState = Field(title="状态")
    position: int | None = Field(title="候补顺位")
    queued_at: datetime = Field(title="报名时间")
    place: int | None = Field(title="名次", description="公布结果前仅管理部门可见")
    points: TwoPlaces | None = Field(title="得分")
    award: str | None = Field(title="奖项")
    version: int = Field(title="版本", description="ETag 即此数")


class Placing(Wire):
    registration_id: UUID = Field(title="报名")
    place: Annotated[StrictInt, Field(ge=1, le=1000)] | None = Field(None, title="名次")
    points: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)] | None = Field(None, title="得分")
    award: Annotated[str, TextRule(2, 60), NotSecret] | None = Field(None, title="奖项", examples=["一等奖"])


class Placings(Wire):
    placings: Annotated[list[Placing], Field(min_length=1, max_length=1000)] = Field(title="名次与奖项")

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        ids = [placing.registration_id for placing in self.placings]
        if len(set(ids)) != len(ids):
            raise field_error(
                "placing_twice",
                field="placings",
                zh="同一报名只能出现一次。",
                en="Each registration may appear only once.",
            )
        return self


class PlacingRead(BaseModel):
    """The public result of one participant of a contest."""

    place: int | None = Field(title="名次")
    name: str = Field(title="姓名")
    project: str | None = Field(title="参赛项目")
    points: TwoPlaces | None = Field(title="得分")
    award: str | None = Field(title="奖项")


def check_times_to_open(deadline: datetime, starts_at: datetime, ends_at: datetime) -> None:
    """Check the times of a contest by the rules of today before managers register: it may have been drafted long ago.

    Raises:
        Invalid: names every time that is no year's that can be meant, out of order, or past.
    """
    faults = Faults()
    moments = {"deadline": deadline, "starts_at": starts_at, "ends_at": ends_at}
    for name, moment in moments.items():
        faults.add(field_errors_of(name, lambda moment=moment: check_moment(moment)))  # type: ignore[misc]
    with faults.collected():
        check_times(deadline, starts_at, ends_at, opens=True)
    faults.raise_if_any()


def check_times(deadline: datetime, starts_at: datetime, ends_at: datetime, *, opens: bool) -> None:
    """
    Args:
        opens: whether registration is still to end, so that its deadline cannot have passed.

    Raises:
        Invalid: they are not in order, or the deadline has passed.
    """
    errors = [
        FieldError(
            field,
            "times_order",
            "应满足：报名截止时间 ≤ 开始时间 ≤ 结束时间",
            "the deadline must not be after the start, nor the start after the end",
        )
        for earlier, later, field in ((deadline, starts_at, "starts_at"), (starts_at, ends_at, "ends_at"))
        if earlier > later
    ]
    if opens and deadline <= now():
        errors.append(
            FieldError(
                "deadline",
                "past",
                "报名截止时间已过，请改为今后的时间",
                "has passed; registration must end in the future",
            )
        )
    if errors:
        raise Invalid(fields=errors)
