"""What a logged-in user must prove: a step that they owe, and a recent password or second factor."""

from collections.abc import Mapping

from app.accounts.access.principal import OwedStep, Principal
from app.errors import Forbidden

_OWED: Mapping[OwedStep, tuple[str, str]] = {
    OwedStep.SECOND_FACTOR: (
        "Your role needs a second factor: set it up first, at /account/security or by POST /v1/me/second-factor.",
        "您的角色须启用第二重验证，请先在“账号安全”页面设置，或调用 POST /v1/me/second-factor。",
    ),
    OwedStep.CONSENT: (
        "You have withdrawn your consent to the processing of personal data: take out or erase your data, or consent "
        "anew, at /account/consent or by POST /v1/me/consents.",
        "您已撤回对个人信息处理的同意：可以导出或删除本人数据，或者在“个人数据”页面重新同意（POST /v1/me/consents）。",
    ),
    OwedStep.PASSWORD: (
        "Your password is too old: change it first, at /account/password or by POST /v1/me/password.",
        "您的密码已到更换期限，请先在“密码”页面修改，或调用 POST /v1/me/password。",
    ),
}


def owed_step(principal: Principal) -> Forbidden:
    """The refusal of everything but the user's own account, until they have done what they owe."""
    assert principal.owed is not None
    en, zh = _OWED[principal.owed]
    return Forbidden(en, zh, code=f"{principal.owed}_owed")


def require_confirmation(principal: Principal) -> None:
    """Refuse a sensitive step unless the user has shown a password or a second factor just now.

    Raises:
        Forbidden: it was too long ago.
    """
    if not principal.is_confirmed:
        raise Forbidden(
            "Confirm that it is you: send your password or a code to POST /v1/me/confirmation, then repeat the step.",
            "此操作须先确认是您本人：请输入密码或验证码 (POST /v1/me/confirmation)，再重新提交。",
            code="confirmation_required",
        )
