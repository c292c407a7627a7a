"""API schemas of invitations to join an organisation."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.accounts.field_checks import Email, PersonName
from app.accounts.legal_texts.schemas import NoticeVersion
from app.accounts.links.models import AccountLink
from app.accounts.models import Role
from app.accounts.organisations.schemas import OrganisationRef
from app.accounts.schema_bases import AccountInput
from app.accounts.schemas.mailboxes import LinkToken
from app.accounts.schemas.passwords import Password


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
