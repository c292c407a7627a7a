"""Request and response bodies of certificates."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field, StrictBool, model_validator

from app.libraries.managers.schemas import VerificationMark
from app.libraries.record.enums import CertificateLevel
from app.libraries.schemas import Wire
from app.libraries.validation.errors import field_error
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.dates import Day, check_last_day, check_past_day
from app.libraries.validation.values.text import TextRule
from app.talent.certificates.models import CertificateState

_LEVELS = {
    form: level.value for level in CertificateLevel for form in (level.zh, f"{level.zh}证书", level.en)
}


def _level(value: Any) -> Any:
    """Levels are given by their names, too."""
    return _LEVELS.get(value.strip(), value) if isinstance(value, str) else value


Level = Annotated[Literal["primary", "intermediate", "advanced"], BeforeValidator(_level)]


class CertificateCreate(Wire):
    """国家技术转移专业人员能力等级培训结业证书."""

    manager_id: UUID | None = Field(None, title="技术经理人", description="本人申报时可空缺")
    level: Level = Field(title="等级", description="primary 初级 intermediate 中级 advanced 高级")
    number: Annotated[str, TextRule(2, 60), NotSecret] = Field(title="证书编号", examples=["JS-2026-00017"])
    issued_by: Annotated[str, TextRule(2, 120), NotSecret] = Field(
        title="颁发单位", examples=["国家技术转移人才培养基地（山东）"]
    )
    issued_on: Day = Field(title="颁发日期", examples=["2026-03-20"])
    valid_to: Day | None = Field(None, title="有效期至", description="最后一个有效日；空缺为长期有效")
    evidence: Annotated[str, TextRule(2, 200), NotSecret] = Field(
        title="证明材料", description="档案号或查验网址；扫描件另行上传", examples=["档案 2026-技-0031"]
    )

    @model_validator(mode="after")
    def _issued(self) -> Self:
        check_past_day(self.issued_on, field="issued_on")
        return self

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.valid_to is not None:
            check_last_day(self.valid_to, field="valid_to")
        return self

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.issued_on:
            raise field_error(
                "period_order",
                field="valid_to",
                zh="有效期不能早于颁发日期。",
                en="valid_to must not be before issued_on.",
            )
        return self


class ReviewNote(Wire):
    note: Annotated[str, TextRule(1, 500, multiline=True)] | None = Field(
        None, title="意见或理由", description="不予通过或撤销时必填", examples=["证书编号查无记录。"]
    )


class ClaimsVerification(Wire):
    """Which statements of a manager's record the bureau has verified; the others count as self-declared."""

    years: StrictBool = Field(False, title="从业年限已核验")
    track_record: list[Annotated[str, TextRule(1, 200), NotSecret]] = Field(
        [], title="已核验的工作业绩", description="记录中的项目名称；未列出的视为自述", max_length=100
    )


class ClaimsRead(BaseModel):
    verification: list[VerificationMark] = Field(title="证书与从业年限")
    track_record: list[VerificationMark] = Field(title="工作业绩")


class CertificateRead(BaseModel):
    id: UUID
    manager_id: UUID
    level: CertificateLevel = Field(title="等级")
    level_zh: str = Field(title="等级名称")
    number: str = Field(title="证书编号")
    issued_by: str = Field(title="颁发单位")
    issued_on: date = Field(title="颁发日期")
    valid_to: date | None = Field(title="有效期至")
    evidence: str = Field(title="证明材料")
    evidence_name: str | None = Field(title="扫描件文件名")
    evidence_type: str | None = Field(title="扫描件类型")
    evidence_size: int | None = Field(title="扫描件大小", description="字节")
    evidence_sha256: str | None = Field(title="扫描件摘要")
    state: CertificateState = Field(title="状态")
    state_zh: str = Field(title="状态名称")
    valid: bool = Field(title="今日是否有效", description="已核验且在有效期内")
    review_note: str | None = Field(title="审核意见")
    reviewed_at: datetime | None = Field(title="审核时间")
    created_at: datetime = Field(title="申报时间")
    version: int = Field(title="版本", description="ETag 即此数")


class LevelRead(BaseModel):
    """The highest verified level that is valid on a day."""

    day: date = Field(title="日期")
    level: CertificateLevel = Field(title="最高有效等级")
    level_zh: str = Field(title="等级名称")
    certificate_id: UUID | None = Field(title="所据证书")
    number: str | None = Field(title="证书编号")
    valid_to: date | None = Field(title="有效期至")
