"""API schemas of partner agreements."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from app.libraries.record.enums import PublishMode, RecordKind
from app.libraries.schemas import Wire
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.codes import CodesOf
from app.libraries.validation.values.dates import Day
from app.libraries.validation.values.text import TextRule


class PartnerLevel(StrEnum):
    """What a partner sees of a record at most: what everybody sees, or what members of verified organisations do."""

    PUBLIC = "public"
    VERIFIED = "verified"


FieldNames = Annotated[list[Annotated[str, TextRule(1, 40)]], Field(min_length=1, max_length=80)]
Libraries = Annotated[dict[RecordKind, FieldNames], Field(min_length=1)]
Modes = Annotated[list[PublishMode], Field(min_length=1, max_length=2)]
Regions = Annotated[list[str], CodesOf("regions", 0, 100)]
Basis = Annotated[str, TextRule(2, 200), NotSecret]
Signatory = Annotated[str, TextRule(2, 120), NotSecret]

_EXAMPLE: dict[str, Any] = {
    "organisation_id": "0199f3a2-7c4e-7d10-9b1f-2f6f0c9d1e55",
    "libraries": {
        "achievement": ["title", "summary", "fields", "region", "trl", "transfer_modes", "owner_name"]
    },
    "publish_modes": ["public"],
    "level": "verified",
    "regions": ["370100"],
    "starts_on": "2027-01-01",
    "ends_on": "2027-12-31",
    "basis": "省市成果库数据共享协议 2026-12",
    "agreed_by": "省科技成果转化服务平台 成果处",
}


class PartnerAgreementCreate(Wire):
    """An agreement: everything that the partner receives is named."""

    organisation_id: UUID = Field(title="合作平台的单位")
    libraries: Libraries = Field(
        title="库与字段", description="库（achievement、demand、manager）→ 字段名；未列出的库和字段不提供"
    )
    publish_modes: Modes = Field(title="发布方式", description="public 公开、confidential 匿名（不含单位）")
    level: PartnerLevel = Field(
        title="可见程度", description="public 为社会公众可见的内容，verified 为已核验单位可见的内容"
    )
    regions: Regions = Field([], title="地区", description="含下级地区；与 all_regions 二选一")
    all_regions: StrictBool = Field(False, title="全部地区")
    starts_on: Day = Field(title="生效日期")
    ends_on: Day | None = Field(None, title="终止日期", description="含当日；留空则至提前终止为止")
    basis: Basis = Field(title="依据", description="协议名称或文号")
    agreed_by: Signatory = Field(title="对方签署人", description="合作平台的签署部门或人员")

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})


class PartnerAgreementPatch(Wire):
    """A change; fields that are left out keep their value."""

    libraries: Libraries | None = Field(None, title="库与字段")
    publish_modes: Modes | None = Field(None, title="发布方式")
    level: PartnerLevel | None = Field(None, title="可见程度")
    regions: Regions | None = Field(None, title="地区")
    all_regions: StrictBool | None = Field(None, title="全部地区")
    starts_on: Day | None = Field(None, title="生效日期")
    ends_on: Day | None = Field(None, title="终止日期", description="null 为不设终止日期")
    basis: Basis | None = Field(None, title="依据")
    agreed_by: Signatory | None = Field(None, title="对方签署人")

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"regions": ["370102"], "ends_on": "2028-12-31"}]},
    )


class PartnerAgreementRead(BaseModel):
    """An agreement, and whether it holds today."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
    libraries: dict[RecordKind, list[str]]
    publish_modes: list[PublishMode]
    level: PartnerLevel
    regions: list[str]
    all_regions: bool
    starts_on: date
    ends_on: date | None
    basis: str
    agreed_by: str
    created_by: UUID | None
    created_at: datetime
    ended_at: datetime | None = Field(title="提前终止时间")
    in_force: bool = Field(title="当前有效")
    version: int
