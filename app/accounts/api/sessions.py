"""Routes of /v1/auth, /v1/register and /v1/me: sessions, registration and the current principal."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import OAuth2PasswordRequestForm

from app.accounts import credentials, throttle
from app.accounts.access.permissions import (
    TABLE,
    Action,
    CurrentPrincipal,
    LoggedIn,
    RecordScope,
    require,
    scope_of,
)
from app.accounts.api.responses import NO_STORE, client_address
from app.accounts.models import ApiKey, Organisation, User
from app.accounts.organisations.schemas import OrganisationOut
from app.accounts.registration import register as register_account
from app.accounts.schemas import (
    ApiKeyOut,
    Me,
    PasswordChange,
    RefreshTokenIn,
    Registered,
    Registration,
    TokensOut,
    UserOut,
)
from app.accounts.sessions import tokens as service
from app.accounts.throttle import RateLimitKey
from app.accounts.users import set_password
from app.conditional_requests import versioned
from app.database import AppDatabase, ReadSession, WriteSession
from app.errors import Conflict, Forbidden, Invalid, TooManyRequests, Unauthenticated, problems
from app.services import AppSettings

router = APIRouter(tags=["accounts"])


class _Attempts:
    """Counts attempts in a separate transaction, so that they remain counted if the request fails."""

    def __init__(self, request: Request, database: AppDatabase, settings: AppSettings) -> None:
        self._address = client_address(request)
        self._database = database
        self._limit = settings.login_attempts_per_10_minutes

    def reserve(self, kind: throttle.Kind, account: str) -> RateLimitKey:
        limited = RateLimitKey(kind, account, self._address)
        with self._database.unit_of_work() as session:
            throttle.reserve(session, limited, limit=self._limit)
        return limited


Attempts = Annotated[_Attempts, Depends()]


@router.post(
    "/v1/auth/token",
    summary="登录",
    responses=problems(Unauthenticated, TooManyRequests, Invalid),
)
def log_in(
    request: Request,
    response: Response,
    database: AppDatabase,
    settings: AppSettings,
    form: Annotated[OAuth2PasswordRequestForm, Depends()],
) -> TokensOut:
    """使用邮箱 (username) 和密码登录,获取短期访问令牌和一次性刷新令牌。连续失败将被暂时锁定。"""
    tokens = service.log_in(
        database,
        settings,
        email=form.username,
        password=form.password,
        address=client_address(request),
    )
    response.headers.update(NO_STORE)
    return TokensOut.of(tokens)


@router.post("/v1/auth/refresh", summary="刷新令牌", responses=problems(Unauthenticated, Invalid))
def refresh(
    response: Response, database: AppDatabase, settings: AppSettings, body: RefreshTokenIn
) -> TokensOut:
    """使用刷新令牌换取一组新令牌,原刷新令牌随即失效。已失效的刷新令牌再次使用时,该次登录的全部令牌将被吊销。"""
    tokens = service.refresh(database, settings, refresh_token=body.refresh_token)
    response.headers.update(NO_STORE)
    return TokensOut.of(tokens)


@router.post("/v1/auth/logout", summary="退出登录", status_code=204, responses=problems(Invalid))
def log_out(session: WriteSession, body: RefreshTokenIn) -> None:
    """吊销该次登录的刷新令牌和访问令牌,立即生效。"""
    service.log_out(session, refresh_token=body.refresh_token)


@router.post(
    "/v1/register",
    summary="注册单位和首个用户",
    status_code=201,
    response_model=Registered,
    responses=problems(Invalid, Conflict, Forbidden, TooManyRequests),
)
def register(
    attempts: Attempts, session: WriteSession, principal: CurrentPrincipal, body: Registration
) -> Response:
    """新单位经管理部门核验前为未核验状态 (verified_at 为 null)。注册后请登录。"""
    require(principal, Action.ACCOUNT_REGISTER)
    attempts.reserve("register", body.user.email)
    organisation, user = register_account(
        session,
        principal=principal,
        organisation=body.organisation.facts(),
        user=body.user.facts(),
        role=body.role,
    )
    registered = Registered(organisation=OrganisationOut.of(organisation), user=UserOut.of(user))
    return versioned(registered, None, status=201, location=f"/v1/organisations/{organisation.id}")


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
    responses=problems(Unauthenticated, Forbidden, Invalid, TooManyRequests),
)
def change_password(
    attempts: Attempts, session: WriteSession, principal: LoggedIn, body: PasswordChange
) -> None:
    """须提供原密码。修改后所有登录立即失效,请重新登录。"""
    require(principal, Action.USER_CHANGE, own=True)
    limited = attempts.reserve("password", str(principal.user_id))
    user = session.get_one(User, principal.user_id, with_for_update=True)
    if not credentials.verify_password(body.current_password.get_secret_value(), user.password_hash):
        raise Invalid.field(
            "current_password", "wrong_password", "原密码不正确", "the current password is wrong"
        )
    set_password(session, user, principal=principal, new_password=body.new_password.get_secret_value())
    throttle.forgive(session, limited)
