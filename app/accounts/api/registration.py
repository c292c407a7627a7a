"""Routes of /v1/register and of links in mails: registration, confirmation of a mailbox, and password reset."""

from datetime import datetime

from fastapi import APIRouter

from app.accounts.access.permissions import Action, CurrentPrincipal, LoggedIn, require
from app.accounts.api.responses import Attempts, Id
from app.accounts.links.models import AccountLink
from app.accounts.organisations.schemas import OrganisationOut
from app.accounts.schemas import (
    LinkToken,
    MailboxConfirmed,
    MailboxIn,
    PasswordReset,
    PendingRegistration,
    Registered,
    Registration,
    UserOut,
)
from app.accounts.self_service import registration as service
from app.accounts.self_service.mailboxes import confirm_mailbox
from app.accounts.self_service.passwords import request_reset, reset_password
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
from app.paging import Page, Paging, Sort, list_page
from app.services import AppSettings

router = APIRouter(tags=["accounts"])


@router.post(
    "/v1/register",
    summary="注册单位和首个用户",
    status_code=202,
    responses=problems(Invalid, Conflict, Forbidden, TooManyRequests, Unavailable),
)
def register(
    attempts: Attempts,
    database: AppDatabase,
    settings: AppSettings,
    principal: CurrentPrincipal,
    body: Sent[Registration],
) -> MailboxIn:
    """确认链接发往所填邮箱，确认后单位和账号生效，方可登录。无论该邮箱是否已有账号，答复相同；已有账号的，本人会收到邮件提示。
    新单位经管理部门核验前 (verified_at 为 null)，其成果和需求提交后由管理部门审核，不直接发布。"""
    require(principal, Action.ACCOUNT_REGISTER)
    attempt = attempts.reserve("register", body.user.email)
    service.request_registration(
        database,
        settings,
        principal=principal,
        organisation=body.organisation.facts(),
        user=body.user.facts(),
        role=body.role,
        attempt=attempt,
        notice_version=body.notice_version,
    )
    return MailboxIn(email=body.user.email)


@router.post(
    "/v1/register/resend",
    summary="重发注册确认邮件",
    status_code=202,
    responses=problems(Invalid, Forbidden, TooManyRequests),
)
def resend(
    attempts: Attempts, session: WriteSession, principal: CurrentPrincipal, body: MailboxIn
) -> MailboxIn:
    """如该邮箱有未确认的注册，重发确认链接；否则不发送，答复相同。"""
    require(principal, Action.ACCOUNT_REGISTER)
    attempt = attempts.reserve("resend", body.email)
    service.resend_registration(session, principal=principal, email=body.email, attempt=attempt)
    return body


@router.post(
    "/v1/auth/verify-mail",
    summary="确认邮箱",
    responses=problems(NotFound, Conflict, Invalid, TooManyRequests),
)
def verify_mail(session: WriteSession, settings: AppSettings, body: LinkToken) -> MailboxConfirmed:
    """提交邮件链接中的 token，完成注册或更换邮箱。链接只能使用一次。"""
    return confirm_mailbox(session, settings, body.token)


@router.post(
    "/v1/auth/password-reset",
    summary="申请重置密码",
    status_code=202,
    responses=problems(Invalid, TooManyRequests),
)
def ask_for_reset(
    attempts: Attempts, session: WriteSession, settings: AppSettings, body: MailboxIn
) -> MailboxIn:
    """如该邮箱有账号，发送重置链接，1 小时内有效；无论有无账号，答复相同。"""
    attempts.reserve("reset", body.email)
    request_reset(session, settings, email=body.email)
    return body


@router.post(
    "/v1/auth/password-reset/confirm",
    summary="设置新密码",
    status_code=204,
    responses=problems(NotFound, Invalid, TooManyRequests, Unavailable),
)
def reset(database: AppDatabase, body: PasswordReset) -> None:
    """提交邮件链接中的 token 和新密码。此前的登录全部失效。"""
    reset_password(database, token=body.token, new_password=body.new_password.get_secret_value())


@router.get(
    "/v1/registrations",
    summary="待确认邮箱的注册",
    responses=problems(Unauthenticated, Forbidden, Invalid),
)
def pending(session: ReadSession, principal: LoggedIn, paging: Paging) -> Page[PendingRegistration]:
    """仅管理部门可用。供无法收到邮件的注册人联系管理部门确认。"""
    query = service.pending_registrations(principal=principal)
    by_age = Sort(AccountLink.created_at, datetime)
    return list_page(session, query, by_age, paging, PendingRegistration.of)


@router.post(
    "/v1/registrations/{registration_id}/confirm",
    summary="由管理部门确认注册",
    responses=problems(Unauthenticated, Forbidden, NotFound, Conflict),
)
def confirm(registration_id: Id, session: WriteSession, principal: LoggedIn) -> Registered:
    """仅管理部门可用，须另行确认邮箱确为注册人所有。"""
    organisation, user = service.confirm_registration(session, registration_id, principal=principal)
    return Registered(organisation=OrganisationOut.of(organisation), user=UserOut.of(user))
