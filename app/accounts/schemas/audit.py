"""API schemas of the audit trail."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from app.accounts.models import AuditEntry
from app.accounts.schema_bases import AccountOutput


class AuditEntryOut(AccountOutput):
    """An entry of the audit trail."""

    id: UUID
    created_at: datetime
    user_id: UUID | None
    api_key_id: UUID | None
    organisation_id: UUID | None
    action: str
    subject_id: UUID | None
    details: str
    address: str = Field(description="请求来源地址；由系统任务产生时为空")
    succeeded: bool = Field(description="操作是否成功")

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        return cls.model_validate(entry)


class AuditFaultOut(AccountOutput):
    code: str = Field(description="changed、missing、gap、order、unsealed、anchor、cut 或 key")
    seq: int | None = Field(description="封存序号")
    what: str


class AuditVerificationOut(AccountOutput):
    """The result of a verification of the audit trail."""

    sealed: int = Field(description="已封存的记录数")
    waiting: int = Field(description="等待封存的记录数")
    anchors: int = Field(description="库外锚点数")
    last_seq: int = Field(description="最后的封存序号")
    faults_found: int
    faults: list[AuditFaultOut] = Field(description="最多列出 100 处")
