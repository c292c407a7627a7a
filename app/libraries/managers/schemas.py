"""API schemas of managers (技术经理人). `title` is the person's name."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator

from app.accounts.organisations.credit_code import Uscc
from app.libraries.record.enums import CertificateLevel
from app.libraries.schemas import (
    Creation,
    Line,
    LongText,
    OrganisationRef,
    OwnerChange,
    RecordFields,
    RecordRead,
    ShortLine,
    Wire,
)
from app.libraries.validation.errors import field_error
from app.libraries.validation.values.codes import CertificateLevelCode, CodeOf, CodesOf
from app.libraries.validation.values.dates import Day
from app.libraries.validation.values.money import WanOrNothing
from app.libraries.validation.values.text import PersonName, TextRule


class Period(Wire):
    """A period of days; both ends are inclusive."""

    start: Day | None = Field(None, title="开始日期")
    end: Day | None = Field(None, title="结束日期", description="至今则留空")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start and self.end and self.start > self.end:
            raise field_error(
                "period_order",
                field="end",
                zh="结束日期早于开始日期。",
                en="The end is earlier than the start.",
            )
        return self


class Leave(Period):
    """休假: no pushes are sent from the first day to the last."""

    start: Day = Field(title="开始日期")
    end: Day = Field(title="结束日期", description="含当日；次日起恢复推送")


class AffiliationFields(Period):
    """任职单位."""

    organisation_id: OrganisationRef = Field(
        title="单位", description="单位的 ID、统一社会信用代码或名称；读取时为 ID"
    )
    position: Annotated[str, TextRule(0, 60)] = Field("", title="职务")
    kind: Annotated[str, CodeOf("affiliation_kinds")] = Field("full_time", title="任职类型")
    is_primary: StrictBool = Field(False, title="主要任职单位", description="在任单位中须有且仅有一个")


class Certificate(Wire):
    """国家技术转移专业人员能力等级培训证书."""

    level: CertificateLevelCode = Field(title="等级")
    number: ShortLine | None = Field(None, title="证书编号")
    issued_by: Line | None = Field(None, title="颁发单位")
    issued_on: Day | None = Field(None, title="颁发日期")
    valid_to: Day | None = Field(None, title="有效期至", description="长期有效则留空")


class BrokeredWork(Wire):
    """已促成的转化项目."""

    title: Line = Field(title="项目名称")
    contract_type: Annotated[str, TextRule(0, 40)] | None = Field(None, title="合同类型")
    amount_wan: WanOrNothing | None = Field(None, title="合同金额", description="万元")
    year: Annotated[StrictInt, Field(ge=1980, le=2100)] | None = Field(None, title="年份")
    landed_in_jinan: StrictBool = Field(False, title="在济落地")


class DeclaredConflict(Period):
    """利益冲突申报: an organisation or record that the manager has a tie to."""

    organisation_id: OrganisationRef | None = Field(
        None, title="单位", description="单位的 ID、统一社会信用代码或名称；读取时为 ID"
    )
    organisation_code: Uscc | None = Field(
        None, title="单位的统一社会信用代码", description="单位未在本平台登记时填写"
    )
    organisation_name: Line | None = Field(
        None, title="单位名称", description="单位未在本平台登记时填写；该单位登记后自动对应"
    )
    record_id: UUID | None = Field(None, title="成果或需求")
    kind: Annotated[str, CodeOf("conflict_kinds")] | None = Field(None, title="冲突类型")
    note: Line | None = Field(None, title="说明")

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if not (self.organisation_id or self.organisation_code or self.organisation_name or self.record_id):
            raise field_error(
                "conflict_with_whom",
                field="organisation_name",
                zh="请填写冲突所涉单位（单位、统一社会信用代码或名称）或记录。",
                en="Name the organisation (by id, credit code or name) or the record that the conflict concerns.",
            )
        return self


class ManagerFields(RecordFields):
    """Fields of a manager."""

    fields: Annotated[list[str], CodesOf("hightech_fields", 0, 5)] | None = Field(
        None, title="擅长领域", description="1–5 个领域代码；发布必填"
    )
    expertise: LongText | None = Field(None, title="专长与经历", description="10–5000 字；发布必填")
    regions: Annotated[list[str], CodesOf("regions", 0, 40)] | None = Field(
        None, title="服务区域", description="GB/T 2260 代码；发布必填"
    )
    languages: Annotated[list[str], CodesOf("languages", 0, 10)] | None = Field(None, title="工作语言")
    service_kinds: Annotated[list[str], CodesOf("service_kinds", 0, 20)] | None = Field(
        None, title="服务类别"
    )
    employer_type: Annotated[str, CodeOf("employer_types")] | None = Field(None, title="机构类型")
    full_time: StrictBool | None = Field(None, title="是否专职")
    years: Annotated[StrictInt, Field(ge=0, le=60)] | None = Field(None, title="从业年限")
    capacity: Annotated[StrictInt, Field(ge=0, le=100)] | None = Field(
        None, title="同时承接上限", description="同时进行的对接数，默认 5"
    )
    certificates: Annotated[list[Certificate], Field(max_length=20)] | None = Field(None, title="培训证书")
    track_record: Annotated[list[BrokeredWork], Field(max_length=100)] | None = Field(None, title="工作业绩")
    declared_conflicts: Annotated[list[DeclaredConflict], Field(max_length=100)] | None = Field(
        None, title="利益冲突申报"
    )
    accepts_pushes: StrictBool | None = Field(None, title="接收推送")
    leave: Annotated[list[Leave], Field(max_length=20)] | None = Field(
        None, title="休假", description="休假期间不推送，期满自动恢复；可填写多段"
    )
    affiliations: Annotated[list[AffiliationFields], Field(max_length=20)] | None = Field(
        None, title="任职单位", description="留空时以所属单位为主要任职单位"
    )


class Honour(BaseModel):
    """An honour awarded to the manager."""

    name: str = Field(title="荣誉名称", examples=["金牌技术经理人"])
    year: int = Field(title="年度")
    issuer: str = Field(title="授予单位")


class VerificationMark(BaseModel):
    """Whether the bureau has verified one statement of the record, and who verified it and when."""

    item: Literal["certificate", "years", "work"] = Field(title="事项")
    value: str | int | None = Field(title="内容", description="证书等级、从业年限或项目名称")
    mark: Literal["verified", "self_declared"] = Field(title="核验情况")
    mark_zh: Literal["已核验", "自述"]
    verified_by: str | None = Field(title="核验单位")
    verified_on: date | None = Field(title="核验日期")


class UserLink(Wire):
    """The link between a manager's record and their user account."""

    user_id: UUID | None = Field(
        None, title="登录用户", description="技术经理人本人填报时自动关联；其他情况由管理部门关联"
    )


class ManagerCreate(Creation, UserLink, ManagerFields):
    """发布须填写姓名、专长、领域、服务区域和主要任职单位。"""

    title: PersonName = Field(title="姓名", description="2–30 字")

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "title": "林若溪",
                    "expertise": "十年新材料领域技术转移经历，擅长高校专利许可与作价入股谈判。",
                    "fields": ["40"],
                    "regions": ["370100"],
                    "languages": ["zh", "en"],
                    "certificates": [{"level": "intermediate", "issued_on": "2023-05-20"}],
                    "years": 10,
                    "capacity": 6,
                }
            ]
        },
    )


class ManagerPatch(OwnerChange, UserLink, ManagerFields):
    """A change of a manager's record."""

    title: PersonName | None = Field(None, title="姓名")

    model_config = ConfigDict(json_schema_extra={"examples": [{"capacity": 8, "regions": ["370100"]}]})


class ManagerRead(RecordRead, UserLink, ManagerFields):
    """A manager's record as the reader may see it."""

    title: str = Field(title="姓名")
    version: int = Field(title="版本", description="ETag 即此数")
    certificate_level: CertificateLevel | None = Field(None, title="最高有效证书等级")
    recognised_tier: Literal["C", "D", "E"] | None = Field(
        None, title="人才类别", description="最近一次公布的认定"
    )
    recognised_year: int | None = Field(None, title="认定年度")
    honours: list[Honour] | None = Field(None, title="荣誉")
    verification: list[VerificationMark] | None = Field(None, title="证书与从业年限的核验情况")
    track_record_verification: list[VerificationMark] | None = Field(
        None, title="工作业绩的核验情况", description="与 track_record 顺序一致"
    )
    filing_number: str | None = Field(None, title="备案号")
    filing_state: str | None = Field(None, title="备案状态")
    filing_valid_to: date | None = Field(None, title="备案有效期至")
