"""Request and response bodies of filings (备案)."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.libraries.schemas import Wire
from app.libraries.validation.errors import field_error
from app.libraries.validation.leaks.secrecy import NotSecret
from app.libraries.validation.values.text import TextRule
from app.talent.filings.models import FilingState

Statement = Annotated[str, TextRule(0, 2000, multiline=True), NotSecret]
Reason = Annotated[str, TextRule(1, 500, multiline=True)]


class FilingCreate(Wire):
    """Managers file for themselves; institutions and operators name the manager."""

    manager_id: UUID | None = Field(None, title="技术经理人", description="本人申请时可空缺")
    statement: Statement = Field(
        "", title="申请说明", description="从业经历、拟服务范围等", examples=["从事新材料领域技术转移十年。"]
    )


class FilingPatch(Wire):
    statement: Statement = Field(title="申请说明", examples=["补充：2025年起兼任概念验证中心顾问。"])


def _accepted(value: Any) -> Any:
    if value is False:
        raise field_error(
            "pledge_not_accepted",
            zh="请阅读承诺书，同意（true）后再提交。",
            en="Read the pledge and accept it (true) before you submit.",
        )
    return value


class Pledge(Wire):
    """Signing of the pledge, with the version that was read."""

    pledge_version: str = Field(
        title="承诺书版本", description="见 GET /v1/filings/pledge", max_length=20, examples=["2026-01"]
    )
    accept_pledge: Annotated[Literal[True], BeforeValidator(_accepted)] = Field(title="本人承诺")


class FilingNote(Wire):
    note: Reason | None = Field(
        None, title="意见或理由", description="退回、暂停、注销时必填", examples=["请补充证书编号。"]
    )


class PledgeRead(BaseModel):
    version: str = Field(title="版本")
    zh: list[str] = Field(title="承诺内容")
    en: list[str] = Field(title="English text")


class FilingRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    manager_id: UUID
    manager_name: str = Field(title="姓名")
    filing_number: str | None = Field(title="备案号", description="批准时生成，永不重复")
    state: FilingState = Field(title="状态")
    state_zh: str = Field(title="状态名称")
    allowed: list[str] = Field(title="可执行的操作")
    in_force: bool = Field(title="今日是否有效")
    statement: str = Field(title="申请说明")
    pledge_version: str | None = Field(title="承诺书版本")
    pledge_signed_at: datetime | None = Field(title="承诺时间")
    submitted_at: datetime | None = Field(title="提交时间")
    reviewed_at: datetime | None = Field(title="审核时间")
    review_note: str | None = Field(title="审核意见")
    valid_from: date | None = Field(title="有效期自")
    valid_to: date | None = Field(title="有效期至")
    created_at: datetime = Field(title="创建时间")
    version: int = Field(title="版本", description="ETag 即此数")


class FilingMoveRead(BaseModel):
    """One transition in the history of a filing."""

    model_config = ConfigDict(from_attributes=True)

    name: str = Field(title="操作")
    from_state: str | None = Field(title="原状态")
    to_state: str = Field(title="新状态")
    note: str = Field(title="意见或理由")
    moved_by: UUID | None = Field(title="操作人")
    moved_at: datetime = Field(title="时间")
