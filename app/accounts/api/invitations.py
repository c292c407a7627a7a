"""Routes of /v1/invitations, and the acceptance of an invitation by its link."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.accounts.access.permissions import LoggedIn
from app.accounts.api.responses import Id
from app.accounts.lists.invitations import invitation_page
from app.accounts.organisations.lookup import referred
from app.accounts.schemas import InvitationAcceptance, InvitationNew, InvitationOut, UserOut
from app.accounts.self_service import invitations as service
from app.database import AppDatabase, ReadSession, WriteSession
from app.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    problems,
)
from app.errors.request_bodies import Sent
from app.paging import Page, Paging
from app.services import AppSettings

router = APIRouter(tags=["users"])

_LOGGED_IN = problems(Unauthenticated, Forbidden)


@router.post(
    "/v1/invitations",
    summary="邀请同事",
    status_code=201,
    responses=_LOGGED_IN | problems(Invalid, Conflict),
)
def invite(
    session: WriteSession, settings: AppSettings, principal: LoggedIn, body: Sent[InvitationNew]
) -> InvitationOut:
    """由单位管理员邀请，管理部门可为任何单位邀请。链接发往所填邮箱，7 天内有效；无论该邮箱是否已有账号，答复相同。"""
    link = service.invite(
        session,
        settings,
        principal=principal,
        email=body.email,
        role=body.role,
        administrator=body.administrator,
        organisation_id=referred(session, body.organisation_id, principal=principal),
    )
    return InvitationOut.of(link)


@router.get("/v1/invitations", summary="待接受的邀请", responses=_LOGGED_IN | problems(Invalid))
def invitations(
    session: ReadSession,
    principal: LoggedIn,
    paging: Paging,
    organisation_id: Annotated[UUID | None, Query(description="所属单位")] = None,
) -> Page[InvitationOut]:
    return invitation_page(session, paging, principal=principal, organisation_id=organisation_id)


@router.delete(
    "/v1/invitations/{invitation_id}",
    summary="撤回邀请",
    status_code=204,
    responses=_LOGGED_IN | problems(NotFound),
)
def withdraw_invitation(invitation_id: Id, session: WriteSession, principal: LoggedIn) -> None:
    """本单位发往同一邮箱的邀请一并失效。"""
    service.withdraw_invitation(session, invitation_id, principal=principal)


@router.post(
    "/v1/auth/accept-invitation",
    summary="接受邀请",
    status_code=201,
    responses=problems(NotFound, Invalid, Conflict, TooManyRequests, Unavailable),
)
def accept_invitation(database: AppDatabase, body: InvitationAcceptance) -> UserOut:
    """提交邮件链接中的 token、姓名和密码，建立账号。链接只能使用一次。"""
    user = service.accept_invitation(
        database,
        token=body.token,
        name=body.name,
        password=body.password.get_secret_value(),
        notice_version=body.notice_version,
    )
    return UserOut.of(user)
