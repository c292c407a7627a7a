"""Routes of passkeys: one's own, and logins with them."""

from fastapi import APIRouter, Request, Response

from app.accounts.access.authentication import address_of
from app.accounts.access.permissions import LoggedIn
from app.accounts.api.responses import NO_STORE, Id, client_of
from app.accounts.factors.passkeys import PasskeyQuestion
from app.accounts.factors.schemas import (
    FirstStep,
    PasskeyAnswer,
    PasskeyLogin,
    PasskeyName,
    PasskeyNew,
    PasskeyOut,
    PasskeyQuestionOut,
    PasskeyRegistered,
)
from app.accounts.schemas import TokensOut
from app.accounts.self_service import passkeys as service
from app.accounts.self_service.confirmation import begin_passkey_confirmation, confirm_by_passkey
from app.accounts.sessions import passkey_login
from app.accounts.sessions.login import token_opener
from app.accounts.sessions.tokens import Tokens
from app.database import AppDatabase, Database, ReadSession, WriteSession
from app.errors import Conflict, Forbidden, Invalid, NotFound, TooManyRequests, Unauthenticated, problems
from app.services import AppSettings
from app.settings import Settings

router = APIRouter(tags=["accounts"])

_OWN = "/v1/me/passkeys"
_NEEDED = problems(Unauthenticated, Forbidden)


@router.post(
    "/v1/auth/passkey/options",
    summary="开始用通行密钥登录",
    responses=problems(Conflict, TooManyRequests),
)
def begin_passkey_login(
    request: Request, response: Response, database: AppDatabase, settings: AppSettings
) -> PasskeyQuestionOut:
    """返回 `public_key`，交给浏览器的 navigator.credentials.get；五分钟内把结果和 challenge 提交到 /v1/auth/passkey。
    不需要填写邮箱，对任何人的答复都相同。"""
    question = passkey_login.begin_passkey_login(database, settings, client=client_of(request))
    return _asked(response, question)


@router.post(
    "/v1/auth/passkey",
    summary="用通行密钥登录",
    responses=problems(Unauthenticated, Conflict, TooManyRequests, Invalid),
)
def log_in_with_passkey(
    request: Request, response: Response, database: AppDatabase, settings: AppSettings, body: PasskeyLogin
) -> TokensOut:
    """仅限设备已验证使用者 (PIN、指纹或面容) 的通行密钥，等同于密码加第二重验证。

    challenge 只能使用一次，失败后须重新开始。
    """
    return _logged_in(passkey_login.complete_passkey_login, request, response, database, settings, body)


@router.post(
    "/v1/auth/second-factor/passkey/options",
    summary="登录第二步：开始使用通行密钥",
    responses=problems(Unauthenticated, Conflict, Invalid),
)
def begin_passkey_step(
    response: Response, database: AppDatabase, settings: AppSettings, body: FirstStep
) -> PasskeyQuestionOut:
    """提交第一步返回的 challenge；返回另一个 challenge 和 `public_key`，后者列出该用户的通行密钥。"""
    question = passkey_login.begin_passkey_step(database, settings, challenge=body.challenge)
    return _asked(response, question)


@router.post(
    "/v1/auth/second-factor/passkey",
    summary="登录第二步：通行密钥",
    responses=problems(Unauthenticated, Conflict, TooManyRequests, Invalid),
)
def second_step_with_passkey(
    request: Request, response: Response, database: AppDatabase, settings: AppSettings, body: PasskeyLogin
) -> TokensOut:
    """提交 /v1/auth/second-factor/passkey/options 返回的 challenge 和设备的结果，获取令牌。"""
    return _logged_in(passkey_login.complete_passkey_step, request, response, database, settings, body)


@router.post(
    "/v1/me/confirmation/passkey/options",
    summary="开始用通行密钥确认本人操作",
    responses=problems(Unauthenticated, Forbidden, Conflict),
)
def begin_confirmation_by_passkey(
    session: WriteSession, settings: AppSettings, principal: LoggedIn, response: Response
) -> PasskeyQuestionOut:
    """返回 challenge 和 `public_key`，用法同登录。"""
    question = begin_passkey_confirmation(session, settings, principal=principal)
    return _asked(response, question)


@router.post(
    "/v1/me/confirmation/passkey",
    summary="用通行密钥确认本人操作",
    status_code=204,
    responses=problems(Unauthenticated, Forbidden, Conflict, TooManyRequests, Invalid),
)
def confirm_own_by_passkey(
    request: Request,
    database: AppDatabase,
    settings: AppSettings,
    principal: LoggedIn,
    body: PasskeyAnswer,
) -> None:
    """与 /v1/me/confirmation 效果相同：一段时间内可办理敏感操作。"""
    confirm_by_passkey(
        database,
        settings,
        principal=principal,
        challenge=body.challenge,
        answer=body.credential,
        address=address_of(request),
    )


@router.get(_OWN, summary="本人的通行密钥", responses=_NEEDED)
def passkeys(session: ReadSession, principal: LoggedIn) -> list[PasskeyOut]:
    """先添加的在前。"""
    return [PasskeyOut.model_validate(one) for one in service.own_passkeys(session, principal=principal)]


@router.post(f"{_OWN}/options", summary="开始添加通行密钥", responses=_NEEDED | problems(Conflict))
def begin_passkey(
    session: WriteSession, settings: AppSettings, principal: LoggedIn, response: Response
) -> PasskeyQuestionOut:
    """返回 `public_key`，交给浏览器的 navigator.credentials.create；五分钟内在同一登录中把结果提交到 /v1/me/passkeys。
    须先确认是本人操作。"""
    question = service.begin_passkey(session, settings, principal=principal)
    return _asked(response, question)


@router.post(
    _OWN,
    summary="添加通行密钥",
    status_code=201,
    responses=_NEEDED | problems(Invalid, Conflict),
)
def add_passkey(
    database: AppDatabase, settings: AppSettings, principal: LoggedIn, response: Response, body: PasskeyNew
) -> PasskeyRegistered:
    """本人的第一种第二重验证会附带恢复码，仅显示这一次；其他登录全部结束。须先确认是本人操作。"""
    new = service.add_passkey(
        database,
        settings,
        principal=principal,
        challenge=body.challenge,
        answer=body.credential,
        name=body.name,
    )
    response.headers.update(NO_STORE)
    return PasskeyRegistered(
        passkey=PasskeyOut.model_validate(new.passkey), recovery_codes=new.recovery_codes
    )


@router.patch(
    f"{_OWN}/{{passkey_id}}", summary="修改通行密钥的名称", responses=_NEEDED | problems(NotFound, Invalid)
)
def rename_passkey(
    passkey_id: Id, session: WriteSession, principal: LoggedIn, body: PasskeyName
) -> PasskeyOut:
    """须先确认是本人操作。"""
    renamed = service.rename_passkey(session, passkey_id, principal=principal, name=body.name)
    return PasskeyOut.model_validate(renamed)


@router.delete(
    f"{_OWN}/{{passkey_id}}",
    summary="移除通行密钥",
    status_code=204,
    responses=_NEEDED | problems(NotFound, Conflict),
)
def remove_passkey(passkey_id: Id, session: WriteSession, settings: AppSettings, principal: LoggedIn) -> None:
    """移除后立即不能再用于登录。须启用第二重验证的角色至少保留一种验证方式。须先确认是本人操作。"""
    service.remove_passkey(session, settings, passkey_id, principal=principal)


def _asked(response: Response, question: PasskeyQuestion) -> PasskeyQuestionOut:
    response.headers.update(NO_STORE)
    return PasskeyQuestionOut.of(question)


def _logged_in(
    complete: passkey_login.PasskeyStep[Tokens],
    request: Request,
    response: Response,
    database: Database,
    settings: Settings,
    body: PasskeyLogin,
) -> TokensOut:
    client = client_of(request, body.device_token)
    tokens = complete(
        database,
        settings,
        challenge=body.challenge,
        answer=body.credential,
        client=client,
        then=token_opener(settings, client),
    )
    response.headers.update(NO_STORE)
    return TokensOut.of(tokens)
