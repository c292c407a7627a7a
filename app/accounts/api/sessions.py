"""Routes of /v1/auth: login, refresh and logout."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.security import OAuth2PasswordRequestForm

from app.accounts.api.responses import NO_STORE, client_of
from app.accounts.factors.schemas import SecondStep
from app.accounts.schemas import RefreshTokenIn, TokensOut
from app.accounts.sessions import tokens as service
from app.accounts.sessions.login import complete_login, token_opener
from app.accounts.sessions.login import log_in as log_in_with_password
from app.database import AppDatabase, WriteSession
from app.errors import Invalid, TooManyRequests, Unauthenticated, Unavailable, problems
from app.services import AppSettings

router = APIRouter(tags=["accounts"])


@router.post(
    "/v1/auth/token",
    summary="登录",
    responses=problems(Unauthenticated, TooManyRequests, Invalid, Unavailable),
)
def log_in(
    request: Request,
    response: Response,
    database: AppDatabase,
    settings: AppSettings,
    form: Annotated[OAuth2PasswordRequestForm, Depends()],
    device_token: Annotated[
        str | None, Form(max_length=1000, description="本设备此前登录时获得的 device_token；可不填")
    ] = None,
) -> TokensOut:
    """使用邮箱 (username) 和密码登录，获取短期访问令牌和一次性刷新令牌。

    连续失败后须等待；他人的失败不影响已登录过的设备。已启用第二重验证的用户得到 401
    `second_factor_required`、`challenge` 和 `factors`；`totp` 在十分钟内与验证码一并提交到 /v1/auth/second-factor，
    `passkey` 提交到 /v1/auth/second-factor/passkey/options。
    """
    tokens = log_in_with_password(
        database,
        settings,
        email=form.username,
        password=form.password,
        client=client_of(request, device_token),
    )
    response.headers.update(NO_STORE)
    return TokensOut.of(tokens)


@router.post(
    "/v1/auth/second-factor",
    summary="登录第二步",
    responses=problems(Unauthenticated, TooManyRequests, Invalid),
)
def second_step(
    request: Request, response: Response, database: AppDatabase, settings: AppSettings, body: SecondStep
) -> TokensOut:
    """提交第一步返回的 challenge 和验证码 (或恢复码)，获取令牌。验证码只能使用一次；输错后可用同一 challenge 重试。"""
    client = client_of(request, body.device_token)
    tokens = complete_login(
        database,
        settings,
        challenge=body.challenge,
        code=body.code.get_secret_value(),
        client=client,
        then=token_opener(settings, client),
    )
    response.headers.update(NO_STORE)
    return TokensOut.of(tokens)


@router.post("/v1/auth/refresh", summary="刷新令牌", responses=problems(Unauthenticated, Invalid))
def refresh(
    request: Request, response: Response, database: AppDatabase, settings: AppSettings, body: RefreshTokenIn
) -> TokensOut:
    """使用刷新令牌换取一组新令牌，原刷新令牌随即失效。已失效的刷新令牌再次使用时，该次登录的全部令牌将被吊销。"""
    tokens = service.refresh(database, settings, refresh_token=body.refresh_token, client=client_of(request))
    response.headers.update(NO_STORE)
    return TokensOut.of(tokens)


@router.post("/v1/auth/logout", summary="退出登录", status_code=204, responses=problems(Invalid))
def log_out(session: WriteSession, body: RefreshTokenIn) -> None:
    """吊销该次登录的刷新令牌和访问令牌，立即生效。"""
    service.log_out(session, refresh_token=body.refresh_token)
