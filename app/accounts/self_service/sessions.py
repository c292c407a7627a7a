"""One's own sessions: where one is logged in, and ending them."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import LoginSession
from app.accounts.schemas import SessionOut
from app.accounts.sessions.tokens import revoke_sessions, sessions_of
from app.database import one_or_not_found
from app.errors import Forbidden


def own_sessions(session: Session, *, principal: Principal) -> list[SessionOut]:
    """The principal's open sessions, the last used first.

    Raises:
        Forbidden: the principal is an API key.
    """
    query = sessions_of(_user_id(principal)).order_by(LoginSession.last_used_at.desc())
    return [SessionOut.of(one, current=principal.session_id) for one in session.scalars(query)]


def end_own_session(session: Session, session_id: UUID, *, principal: Principal) -> None:
    """End one session; its tokens are invalid at once.

    Raises:
        Forbidden: the principal is an API key.
        NotFound: the principal has no such session.
    """
    user_id = _user_id(principal)
    one_or_not_found(session, sessions_of(user_id).where(LoginSession.id == session_id))
    revoke_sessions(session, user_id=user_id, only=session_id)


def end_other_sessions(session: Session, *, principal: Principal) -> None:
    """End all sessions but the present one.

    Raises:
        Forbidden: the principal is an API key.
    """
    revoke_sessions(session, user_id=_user_id(principal), but_for=principal.session_id)


def _user_id(principal: Principal) -> UUID:
    require(principal, Action.USER_CHANGE, own=True)
    if principal.user_id is None:
        raise Forbidden("An API key has no sessions.", "API 密钥没有登录。")
    return principal.user_id
