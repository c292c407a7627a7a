"""Routes of /v1/me: the current principal, and what they change about their own account."""

from fastapi import APIRouter

from app.accounts.access.permissions import (
    TABLE,
    Action,
    LoggedIn,
    RecordScope,
    require,
    scope_of,
)
from app.accounts.api.responses import Attempts, Id
from app.accounts.models import ApiKey, Organisation, User
from app.accounts.organisations.schemas import OrganisationOut
from app.accounts.schemas import ApiKeyOut, MailChange, Me, PasswordChange, SessionOut, UserOut
from app.accounts.self_service.mail_change import request_mail_change
from app.accounts.self_service.passwords import change_own_password
from app.accounts.self_service.sessions import end_other_sessions, end_own_session, own_sessions
from app.database import AppDatabase, ReadSession, WriteSession
from app.errors import (
    Forbidden,
    Invalid,
    NotFound,
    StaleVersion,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    problems,
)
from app.services import AppSettings

router = APIRouter(tags=["accounts"])


@router.get("/v1/me", summary="当前身份和权限", responses=problems(Unauthenticated))
def me(session: ReadSession, principal: LoggedIn) -> Me:
    """返回当前用户或 API 密钥、所属单位和操作权限。"""
    assert principal.role is not None
    user = session.get(User, principal.user_id) if principal.user_id else None
    key = session.get(ApiKey, principal.api_key_id) if principal.api_key_id else None
    organisation = session.get(Organisation, principal.organisation_id) if principal.organisation_id else None
    return Me(
        user=UserOut.of(user) if user else None,
        api_key=ApiKeyOut.of(key) if key else None,
        organisation=OrganisationOut.of(organisation) if organisation else None,
        role=principal.role,
        manager_id=principal.manager_id,
        permissions={
            action: scope
            for action in TABLE
            if (scope := scope_of(principal, action)) is not RecordScope.NONE
        },
    )


@router.post(
    "/v1/me/password",
    summary="修改密码",
    status_code=204,
    responses=problems(Unauthenticated, Forbidden, Invalid, StaleVersion, TooManyRequests, Unavailable),
)
def change_password(
    attempts: Attempts, database: AppDatabase, principal: LoggedIn, body: PasswordChange
) -> None:
    """须提供原密码。修改后所有登录立即失效，请重新登录。"""
    require(principal, Action.USER_CHANGE, own=True)
    limited = attempts.reserve("password", str(principal.user_id))
    change_own_password(
        database,
        principal=principal,
        current_password=body.current_password.get_secret_value(),
        new_password=body.new_password.get_secret_value(),
    )
    attempts.forgive(limited)


@router.post(
    "/v1/me/email",
    summary="更换登录邮箱",
    status_code=202,
    responses=problems(Unauthenticated, Forbidden, Invalid, TooManyRequests, Unavailable),
)
def change_email(
    attempts: Attempts, database: AppDatabase, settings: AppSettings, principal: LoggedIn, body: MailChange
) -> None:
    """须提供密码。确认链接发往新邮箱，确认后生效，并通知原邮箱；确认前原邮箱继续有效。"""
    require(principal, Action.USER_CHANGE, own=True)
    attempts.reserve("mail", str(principal.user_id))
    request_mail_change(
        database,
        settings,
        principal=principal,
        email=body.email,
        password=body.password.get_secret_value(),
    )


@router.get("/v1/me/sessions", summary="本人的登录", responses=problems(Unauthenticated, Forbidden))
def sessions(session: ReadSession, principal: LoggedIn) -> list[SessionOut]:
    """尚未结束的登录，含设备、网络地址和最近使用时间，最近使用的在前。"""
    return own_sessions(session, principal=principal)


@router.delete(
    "/v1/me/sessions/{session_id}",
    summary="结束一次登录",
    status_code=204,
    responses=problems(Unauthenticated, Forbidden, NotFound),
)
def end_session(session_id: Id, session: WriteSession, principal: LoggedIn) -> None:
    """该次登录的令牌立即失效。"""
    end_own_session(session, session_id, principal=principal)


@router.delete(
    "/v1/me/sessions",
    summary="结束其他登录",
    status_code=204,
    responses=problems(Unauthenticated, Forbidden),
)
def end_others(session: WriteSession, principal: LoggedIn) -> None:
    """除当前登录外，本人的登录全部结束。"""
    end_other_sessions(session, principal=principal)
