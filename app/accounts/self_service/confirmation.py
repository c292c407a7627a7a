"""Confirmation that it is still the user who sits there, before sensitive steps: a password or a code."""

from app.accounts import audit, credentials
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.factors.verification import verify_code, wrong_code
from app.accounts.models import LoginSession, User
from app.database import Database, now
from app.errors import Forbidden, Invalid, StaleVersion
from app.settings import Settings


def confirm_by_password(database: Database, *, principal: Principal, password: str) -> None:
    """The session counts as confirmed for a while. The caller limits the attempts.

    Raises:
        Forbidden: the principal is an API key.
        Invalid: the password is wrong.
        Unavailable: too many passwords are being hashed.
    """
    _require_session(principal)
    with database.reading() as session:
        password_hash = session.get_one(User, principal.user_id).password_hash
    if not credentials.verify_password(password, password_hash, known=True):
        raise Invalid.field("password", "wrong_password", "密码不正确", "the password is wrong")
    with database.unit_of_work() as session:
        user = session.get_one(User, principal.user_id, with_for_update=True)
        if user.password_hash != password_hash:
            raise StaleVersion
        session.get_one(LoginSession, principal.session_id).confirmed_at = now()
        audit.record(session, principal, "session.confirm", user.id, "password")


def confirm_by_code(database: Database, settings: Settings, *, principal: Principal, code: str) -> None:
    """The session counts as confirmed for a while.

    Raises:
        Forbidden: the principal is an API key.
        Invalid: the code is wrong or was used, or the user has no second factor.
        TooManyRequests: too many codes were tried.
    """
    _require_session(principal)
    with database.unit_of_work() as session:
        user = session.get_one(User, principal.user_id, with_for_update=True)
        is_right = verify_code(session, settings, user, code)
        if is_right:
            session.get_one(LoginSession, principal.session_id).confirmed_at = now()
            audit.record(session, principal, "session.confirm", user.id, "code")
    if not is_right:  # after the commit, so that the failure counts
        wrong = wrong_code()
        raise Invalid.field("code", "wrong_code", wrong.message_zh.rstrip("。"), wrong.message_en.rstrip("."))


def _require_session(principal: Principal) -> None:
    require(principal, Action.USER_CHANGE, own=True)
    if principal.session_id is None:
        raise Forbidden("An API key confirms nothing.", "API 密钥无须确认。")
