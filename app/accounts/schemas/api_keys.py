"""API schemas of the keys for programs."""

from datetime import UTC, datetime
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field

from app.accounts.field_checks import Label
from app.accounts.models import ApiKey, Role
from app.accounts.organisations.schemas import OrganisationRef
from app.accounts.schema_bases import AccountInput, AccountOutput
from app.errors import Invalid


class ApiKeyNew(AccountInput):
    """Data of a new API key."""

    name: Label = Field(description="用途", examples=["ERP 对接"])
    scopes: list[str] = Field(
        min_length=1, max_length=20, description="授权范围", examples=[["demands:read", "demands:write"]]
    )
    organisation_id: OrganisationRef | None = Field(
        default=None,
        description="单位的 ID、统一社会信用代码或名称；缺省为本单位，仅管理部门可以为其他单位创建",
    )
    expires_at: AwareDatetime | None = Field(default=None, description="有效期；缺省不过期，可随时吊销")

    allowed_networks: list[str] = Field(
        default=[],
        max_length=20,
        description="允许使用的网络地址或网段 (CIDR)；缺省不限",
        examples=[["203.0.113.5", "10.1.0.0/16"]],
    )

    def expiry(self) -> datetime | None:
        """The expiry in UTC.

        Raises:
            Invalid: the time in UTC is out of range.
        """
        try:
            return self.expires_at.astimezone(UTC) if self.expires_at else None
        except OverflowError as error:
            raise Invalid.field(
                "expires_at", "out_of_range", "时间超出范围", "the time is out of range"
            ) from error


class ApiKeyOut(AccountOutput):
    """An API key without its secret."""

    id: UUID
    organisation_id: UUID
    name: str
    role: Role = Field(description="密钥以此角色行事")
    prefix: str = Field(description="密钥 sk_ 之后的 8 位，用于识别")
    scopes: list[str]
    created_by: UUID
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None = Field(description="最近使用时间，精确到分钟")
    last_used_address: str = Field(description="最近使用的网络地址")
    allowed_networks: list[str] = Field(description="允许使用的网段；空为不限")
    last_refused_at: datetime | None = Field(description="最近一次因网络地址不符被拒绝的时间，精确到分钟")
    last_refused_address: str = Field(description="最近一次被拒绝的网络地址")

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        return cls.model_validate(key)


class ApiKeyIssued(ApiKeyOut):
    """A new API key with its secret."""

    key: str = Field(description="完整密钥，仅显示一次，请妥善保存", examples=["sk_ab3d5f7h_…"])
