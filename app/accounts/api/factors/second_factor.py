"""Routes of second factors: one's own, the confirmation before sensitive steps, and the reset by the bureau."""

from fastapi import APIRouter, Response

from app.accounts.access.permissions import Action, LoggedIn, require
from app.accounts.api.responses import NO_STORE, Attempts, Id
from app.accounts.factors.schemas import (
    Code,
    OwnConfirmation,
    RecoveryCodes,
    SecondFactorOut,
    SecondFactorSecret,
)
from app.accounts.self_service import second_factor as service
from app.accounts.self_service.confirmation import confirm_by_code, confirm_by_password
from app.accounts.users import get_user
from app.database import AppDatabase, ReadSession, WriteSession
from app.errors import (
    Conflict,
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

router = APIRouter(tags=["accounts"], responses=problems(Unauthenticated, Forbidden))

_OWN = "/v1/me/second-factor"


@router.post(
    "/v1/me/confirmation",
    summary="确认是本人操作",
    status_code=204,
    responses=problems(Invalid, StaleVersion, TooManyRequests, Unavailable),
)
def confirm_own(
    attempts: Attempts,
    database: AppDatabase,
    settings: AppSettings,
    principal: LoggedIn,
    body: OwnConfirmation,
) -> None:
    """用密码或验证码确认后，一段时间内可办理敏感操作：更换密钥、第二重验证、用户角色等。

    也可用通行密钥确认，见 /v1/me/confirmation/passkey。
    """
    require(principal, Action.USER_CHANGE, own=True)
    name, secret = body.secret()
    if name == "code":
        confirm_by_code(database, settings, principal=principal, code=secret)
        return
    limited = attempts.reserve("password", str(principal.user_id))
    confirm_by_password(database, principal=principal, password=secret)
    attempts.forgive(limited)


@router.get(_OWN, summary="本人的第二重验证")
def second_factor(session: ReadSession, settings: AppSettings, principal: LoggedIn) -> SecondFactorOut:
    """是否已启用验证器、有几个通行密钥、是否须启用其中一种，以及剩余的恢复码数量。"""
    state = service.state_of(session, settings, principal=principal)
    return SecondFactorOut(
        enabled=state.factor is not None,
        since=state.factor.confirmed_at if state.factor else None,
        required=state.is_required,
        passkeys=len(state.passkeys),
        recovery_codes_left=state.codes_left,
    )


@router.post(_OWN, summary="开始设置验证器")
def begin_second_factor(session: WriteSession, principal: LoggedIn, response: Response) -> SecondFactorSecret:
    """返回新密钥和二维码；用 /v1/me/second-factor/confirm 提交首个验证码后生效。须先确认是本人操作。"""
    new = service.begin(session, principal=principal)
    response.headers.update(NO_STORE)
    return SecondFactorSecret(secret=new.secret, uri=new.uri, qr=new.qr)


@router.post(f"{_OWN}/confirm", summary="启用验证器", responses=problems(Invalid, Conflict))
def confirm_second_factor(
    session: WriteSession, principal: LoggedIn, response: Response, body: Code
) -> RecoveryCodes:
    """提交验证器显示的首个验证码。启用后，其他登录全部结束；恢复码仅显示这一次。"""
    codes = service.confirm(session, principal=principal, code=body.code.get_secret_value())
    response.headers.update(NO_STORE)
    return RecoveryCodes(recovery_codes=codes)


@router.post(f"{_OWN}/recovery-codes", summary="重新生成恢复码", responses=problems(Conflict))
def renew_recovery_codes(session: WriteSession, principal: LoggedIn, response: Response) -> RecoveryCodes:
    """原恢复码全部失效；新恢复码仅显示这一次。须先确认是本人操作。"""
    codes = service.renew_codes(session, principal=principal)
    response.headers.update(NO_STORE)
    return RecoveryCodes(recovery_codes=codes)


@router.delete(_OWN, summary="停用验证器", status_code=204, responses=problems(Conflict))
def remove_second_factor(session: WriteSession, settings: AppSettings, principal: LoggedIn) -> None:
    """须启用第二重验证的角色至少保留一种验证方式；没有通行密钥的，不能停用，可重新设置。须先确认是本人操作。"""
    service.remove(session, settings, principal=principal)


@router.delete(
    "/v1/users/{user_id}/second-factor",
    summary="清除用户的第二重验证",
    status_code=204,
    responses=problems(NotFound),
)
def reset_second_factor(user_id: Id, session: WriteSession, principal: LoggedIn) -> None:
    """仅管理部门可用，用于用户遗失设备和恢复码的情形；不能用于本人。验证器、通行密钥和恢复码一并清除，该用户的登录全部结束。"""
    require(principal, Action.USER_RESET_FACTORS)
    service.reset_factors(session, get_user(session, user_id, principal=principal), principal=principal)
