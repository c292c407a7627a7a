"""API schemas of registration."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.accounts.legal_texts.schemas import NoticeVersion
from app.accounts.links.models import AccountLink
from app.accounts.models import Role
from app.accounts.organisations.schemas import OrganisationBasics, OrganisationOut
from app.accounts.schema_bases import AccountInput
from app.accounts.schemas.people import PersonNew, UserOut


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


class Registered(BaseModel):
    """The registered organisation and its first user."""

    organisation: OrganisationOut
    user: UserOut


class MailboxConfirmed(BaseModel):
    """What a confirmed mailbox completed."""

    purpose: Literal["register", "change_mail"] = Field(description="完成的事项：注册，或更换邮箱")
    organisation: OrganisationOut | None = Field(description="注册的单位；更换邮箱时为 null")
    user: UserOut
