"""API schemas of accounts. No response contains a password, a digest or a stored token."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr

from app.accounts.access.permissions import RecordScope
from app.accounts.field_checks import Email, Label, PersonName
from app.accounts.legal_texts.schemas import NoticeVersion
from app.accounts.links.models import AccountLink
from app.accounts.models import ApiKey, AuditEntry, LoginSession, Role, User
from app.accounts.organisations.schemas import OrganisationBasics, OrganisationOut, OrganisationRef
from app.accounts.passwords import PASSWORD_MAX, PASSWORD_MIN
from app.accounts.schema_bases import AccountChange, AccountInput, AccountOutput
from app.accounts.sessions.tokens import Tokens
from app.accounts.users import UserFacts
from app.errors import Invalid

# Only the length is declared here: the full rule (passwords.check_password) also needs the name and e-mail address.
Password = Annotated[
    SecretStr,
    Field(
        description="12 位以上，包含小写字母、大写字母、数字、其他字符中的至少三种",
        examples=["Quancheng-72-spring"],
        json_schema_extra={"minLength": PASSWORD_MIN, "maxLength": PASSWORD_MAX},
    ),
]


class PersonNew(AccountInput):
    """Data of a new user."""

    email: Email = Field(description="登录邮箱", examples=["li@valve.example.com"])
    name: PersonName = Field(description="姓名", examples=["李明"])
    password: Password

    def facts(self) -> UserFacts:
        """The data for the service, with the password in plain text."""
        return UserFacts(email=self.email, name=self.name, password=self.password.get_secret_value())


class UserNew(PersonNew):
    """Data of a user that an operator or a colleague creates."""

    role: Role = Field(description="角色：管理部门、企业、高校院所、技术经理人、投资人")
    organisation_id: OrganisationRef | None = Field(
        default=None, description="单位的 ID、统一社会信用代码或名称；缺省为创建者所在单位"
    )


class UserChange(AccountChange):
    """A change of a user."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"active": False}]})
    clearable = frozenset({"organisation_id"})

    name: PersonName | None = None
    active: bool | None = Field(
        default=None,
        description="false 为停用；用户可停用本人账号，单位管理员可停用本单位用户，仅管理部门可以重新启用",
    )
    administrator: bool | None = Field(
        default=None, description="是否为单位管理员；由单位管理员或管理部门设置"
    )
    role: Role | None = Field(default=None, description="仅管理部门可以修改")
    organisation_id: OrganisationRef | None = Field(
        default=None, description="单位的 ID、统一社会信用代码或名称；仅管理部门可以修改"
    )


class UserOut(AccountOutput):
    """A user."""

    id: UUID
    email: str
    name: str
    role: Role
    organisation_id: UUID | None
    active: bool
    administrator: bool = Field(description="是否为单位管理员")
    created_at: datetime
    version: int

    @classmethod
    def of(cls, user: User) -> Self:
        return cls.model_validate(user)


class PasswordChange(AccountInput):
    """A user's change of their own password."""

    current_password: SecretStr = Field(max_length=PASSWORD_MAX, description="原密码")
    new_password: Password


class NewPassword(AccountInput):
    """A password that an operator sets."""

    new_password: Password


class Registration(AccountInput):
    """Registration of an organisation with its first user."""

    organisation: OrganisationBasics
    user: PersonNew
    role: Role | None = Field(
        default=None,
        description="缺省按单位类型确定：企业→enterprise，高校院所→institution，服务机构→manager，投资机构→investor；"
        "企业和服务机构也可选 investor",
    )
    notice_version: NoticeVersion


class MailboxIn(AccountInput):
    """A mailbox that a link is sent to."""

    email: Email = Field(description="邮箱", examples=["li@valve.example.com"])


class LinkToken(AccountInput):
    """The token of a link in a mail."""

    token: str = Field(
        min_length=1,
        max_length=200,
        description="邮件链接中的 token",
        examples=["q3mUQ2Yx0c7m4m8wB0yq1k9vT5s2e6a8R7d3f1h0j4L"],
    )


class PasswordReset(LinkToken):
    """A new password, by a link in a mail."""

    new_password: Password


class MailChange(AccountInput):
    """A change of one's own login address."""

    email: Email = Field(description="新邮箱", examples=["li@new.example.com"])
    password: SecretStr = Field(max_length=PASSWORD_MAX, description="当前密码")


class MailboxConfirmed(BaseModel):
    """What a confirmed mailbox completed."""

    purpose: Literal["register", "change_mail"] = Field(description="完成的事项：注册，或更换邮箱")
    organisation: OrganisationOut | None = Field(description="注册的单位；更换邮箱时为 null")
    user: UserOut


class PendingRegistration(BaseModel):
    """A registration whose mailbox is not confirmed."""

    id: UUID
    email: str
    organisation_name: str = Field(description="单位名称")
    uscc: str | None = Field(description="统一社会信用代码")
    name: str = Field(description="姓名")
    role: Role
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, link: AccountLink) -> Self:
        organisation = link.data["organisation"]
        return cls(
            id=link.id,
            email=link.email,
            organisation_name=organisation["name"],
            uscc=organisation["uscc"],
            name=link.data["name"],
            role=link.data["role"],
            created_at=link.created_at,
            expires_at=link.expires_at,
        )


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


class InvitationNew(AccountInput):
    """An invitation to join an organisation, sent as a link by e-mail."""

    email: Email = Field(description="受邀人邮箱", examples=["wang@valve.example.com"])
    role: Role = Field(description="角色；可选范围按单位类型确定")
    administrator: bool = Field(default=False, description="是否设为单位管理员")
    organisation_id: OrganisationRef | None = Field(
        default=None,
        description="单位的 ID、统一社会信用代码或名称；缺省为本单位，仅管理部门可以为其他单位邀请",
    )


class InvitationOut(BaseModel):
    """An invitation that has not been accepted yet."""

    id: UUID
    email: str
    organisation_id: UUID
    role: Role
    administrator: bool
    created_by: UUID | None
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, link: AccountLink) -> Self:
        assert link.organisation_id is not None
        return cls(
            id=link.id,
            email=link.email,
            organisation_id=link.organisation_id,
            role=link.data["role"],
            administrator=link.data["administrator"],
            created_by=link.created_by,
            created_at=link.created_at,
            expires_at=link.expires_at,
        )


class InvitationAcceptance(LinkToken):
    """What the invited person sets: their name and password."""

    name: PersonName = Field(description="姓名", examples=["王芳"])
    password: Password
    notice_version: NoticeVersion


class Registered(BaseModel):
    """The registered organisation and its first user."""

    organisation: OrganisationOut
    user: UserOut


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


class Me(BaseModel):
    """The principal of the request and their permissions."""

    user: UserOut | None = Field(description="登录用户；使用 API 密钥时为 null")
    api_key: ApiKeyOut | None = Field(description="API 密钥；用户登录时为 null")
    organisation: OrganisationOut | None
    role: Role
    manager_id: UUID | None = Field(description="本人在技术转移人才库中的记录")
    permissions: dict[str, RecordScope] = Field(description="操作权限：own 仅限本人或本单位，any 不限")


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
