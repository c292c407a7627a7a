"""Whether a user has a second factor: an authenticator app, or a passkey."""

from sqlalchemy import ColumnElement, exists, or_

from app.accounts.models import Passkey, SecondFactor, User


def has_second_factor() -> ColumnElement[bool]:
    """Condition on a row of users: they have confirmed an authenticator app, or registered a passkey."""
    return or_(
        exists().where(SecondFactor.user_id == User.id, SecondFactor.secret.is_not(None)),
        exists().where(Passkey.user_id == User.id),
    )
