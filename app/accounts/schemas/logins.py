"""API schemas of logins and of who is logged in."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.accounts.access.permissions import RecordScope
from app.accounts.models import LoginSession, Role
from app.accounts.organisations.schemas import OrganisationOut
from app.accounts.schema_bases import AccountInput
from app.accounts.schemas.api_keys import ApiKeyOut
from app.accounts.schemas.people import UserOut
from app.accounts.sessions.tokens import Tokens


class SessionOut(BaseModel):
    """One of the user's own logins."""

    id: UUID
    device: str = Field(description="设备（客户端自报的 User-Agent）")
    address: str = Field(description="最近使用的网络地址")
    created_at: datetime
    last_used_at: datetime = Field(description="最近登录或刷新的时间")
    expires_at: datetime
    current: bool = Field(description="是否为当前登录")

    @classmethod
    def of(cls, one: LoginSession, *, current: UUID | None) -> Self:
        return cls(
            id=one.id,
            device=one.device,
            address=one.address,
            created_at=one.created_at,
            last_used_at=one.last_used_at,
            expires_at=one.expires_at,
            current=one.id == current,
        )


class TokensOut(BaseModel):
    """The tokens of a login."""

    access_token: str = Field(description="访问令牌，置于请求头 Authorization: Bearer 之后")
    token_type: str = "bearer"  # noqa: S105 — the scheme's name, not a secret
    expires_in: int = Field(description="访问令牌有效秒数", examples=[900])
    refresh_token: str = Field(description="刷新令牌，只能使用一次")
    refresh_expires_in: int = Field(description="刷新令牌有效秒数")
    device_token: str | None = Field(
        None, description="仅登录时返回；请保存在本设备，下次登录时提交，可不受他人失败次数的影响"
    )

    @classmethod
    def of(cls, tokens: Tokens) -> Self:
        return cls(
            access_token=tokens.access,
            expires_in=int(tokens.access_lifetime.total_seconds()),
            refresh_token=tokens.refresh,
            refresh_expires_in=int(tokens.refresh_lifetime.total_seconds()),
            device_token=tokens.device,
        )


class RefreshTokenIn(AccountInput):
    """A refresh token."""

    refresh_token: str = Field(
        min_length=1, max_length=200, description="登录或上次刷新时获得的刷新令牌", examples=["rt_…"]
    )


class Me(BaseModel):
    """The principal of the request and their permissions."""

    user: UserOut | None = Field(description="登录用户；使用 API 密钥时为 null")
    api_key: ApiKeyOut | None = Field(description="API 密钥；用户登录时为 null")
    organisation: OrganisationOut | None
    role: Role
    manager_id: UUID | None = Field(description="本人在技术转移人才库中的记录")
    permissions: dict[str, RecordScope] = Field(description="操作权限：own 仅限本人或本单位，any 不限")
