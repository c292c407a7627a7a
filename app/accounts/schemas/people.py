"""API schemas of users."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import ConfigDict, Field

from app.accounts.field_checks import Email, PersonName
from app.accounts.models import Role, User
from app.accounts.new_users import UserFacts
from app.accounts.organisations.schemas import OrganisationRef
from app.accounts.schema_bases import AccountChange, AccountInput, AccountOutput
from app.accounts.schemas.passwords import Password


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
