"""A user's former passwords, which may not be set again; how many, says `SANKU_PASSWORD_HISTORY`."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts import credentials
from app.accounts.models import FormerPassword, User
from app.database import now
from app.errors import Invalid

DEFAULT_NUMBER = 5
MOST_KEPT = 24


def former_hashes(session: Session, user: User) -> list[str]:
    """The hashes of the former passwords that may not be set again, the latest first."""
    number = session.info.get("password_history", DEFAULT_NUMBER)
    query = select(FormerPassword.password_hash).where(FormerPassword.user_id == user.id)
    return list(session.scalars(query.order_by(FormerPassword.replaced_at.desc()).limit(number)))


def refuse_former(password: str, hashes: Sequence[str], *, field: str) -> None:
    """Slow: one hash for each former password. Call it while no transaction is open if possible.

    Raises:
        Invalid: it is one of them.
        Unavailable: too many passwords are being hashed.
    """
    if any(credentials.verify_password(password, one, known=True) for one in hashes):
        raise Invalid.field(
            field,
            "password_used_before",
            "此密码您用过，请换用新的密码",
            "you had this password before; take a new one",
        )


def keep_former(session: Session, user: User) -> None:
    """Remember the present password, which is about to be replaced; forget those that no setting asks for."""
    user.password_changed_at = now()
    if not user.password_hash:
        return
    session.add(FormerPassword(user_id=user.id, password_hash=user.password_hash))
    session.flush()
    kept = (
        select(FormerPassword.id)
        .where(FormerPassword.user_id == user.id)
        .order_by(FormerPassword.replaced_at.desc())
        .limit(MOST_KEPT)
    )
    session.execute(
        delete(FormerPassword).where(FormerPassword.user_id == user.id, FormerPassword.id.not_in(kept))
    )
