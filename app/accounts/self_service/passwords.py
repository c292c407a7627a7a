"""Passwords: the change of one's own with the present one, its reset by a link in a mail, and by the bureau."""

from sqlalchemy.orm import Session

from app.accounts import audit, credentials, passwords
from app.accounts.access.grants import refuse_password_of_staff
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.access.proof import require_confirmation
from app.accounts.factors.verification import unlock
from app.accounts.field_checks import check_email, checked
from app.accounts.links import service as links
from app.accounts.links.models import AccountLink, LinkPurpose
from app.accounts.models import User
from app.accounts.self_service.former_passwords import former_hashes, keep_former, refuse_former
from app.accounts.sessions.tokens import principal_of, revoke_sessions, user_by_email
from app.database import Database
from app.errors import Forbidden, Invalid, StaleVersion
from app.events.catalogue import PasswordChanged
from app.events.outbox import emit
from app.settings import Settings


def request_reset(session: Session, settings: Settings, *, email: str) -> None:
    """Send a link to set a new password, if an account has this address. The caller cannot tell: a link is stored for
    any address, and the mail is written, or not, afterwards.

    Raises:
        Invalid: this is no e-mail address.
    """
    address = checked("email", check_email, email)
    links.issue(session, settings.signing_key, purpose=LinkPurpose.RESET_PASSWORD, email=address)


def reset_password(database: Database, *, token: str, new_password: str) -> None:
    """Set a new password by the link of a mail; ends all sessions of the user and all links for them.

    Takes the database rather than a session, because the password is hashed while no transaction is open.

    Raises:
        NotFound: the link is invalid, used or expired.
        Invalid: the new password violates a rule, or the user had it before.
        Unavailable: too many passwords are being hashed.
    """
    with database.reading() as session:
        user = _user(session, links.usable(session, token, LinkPurpose.RESET_PASSWORD, lock=False))
        passwords.check_password(new_password, name=user.name, email=user.email, field="new_password")
        former = former_hashes(session, user)
    refuse_former(new_password, former, field="new_password")
    password_hash = credentials.hash_password(new_password)
    with database.unit_of_work() as session:
        link = links.usable(session, token, LinkPurpose.RESET_PASSWORD)
        user = _user(session, link)
        links.use_up(session, link)
        _store(session, user, password_hash)
        audit.record(session, principal_of(user), "user.reset_password", user.id)
        emit(session, PasswordChanged(subject_id=user.id, by_bureau=False))


def change_own_password(
    database: Database, *, principal: Principal, current_password: str, new_password: str
) -> None:
    """Set a new password with the present one; ends all sessions of the user.

    Takes the database rather than a session, because passwords are hashed while no transaction is open.

    Raises:
        Forbidden: the caller is an API key.
        Invalid: the present password is wrong, or the new one violates a rule, equals it, or was used before.
        Unavailable: too many passwords are being hashed.
    """
    require(principal, Action.USER_CHANGE, own=True)
    if principal.user_id is None:
        raise Forbidden("An API key has no password.", "API 密钥没有登录密码。")
    with database.reading() as session:
        user = session.get_one(User, principal.user_id)
        name, email, password_hash = user.name, user.email, user.password_hash
        former = former_hashes(session, user)
    if not credentials.verify_password(current_password, password_hash, known=True):
        raise Invalid.field(
            "current_password", "wrong_password", "原密码不正确", "the current password is wrong"
        )
    passwords.check_password(new_password, name=name, email=email, field="new_password")
    if new_password == current_password:
        raise Invalid.field(
            "new_password",
            "password_unchanged",
            "新密码不能与原密码相同",
            "the new password must differ from the old one",
        )
    refuse_former(new_password, former, field="new_password")
    new_hash = credentials.hash_password(new_password)
    with database.unit_of_work() as session:
        user = session.get_one(User, principal.user_id, with_for_update=True)
        if user.password_hash != password_hash:
            raise StaleVersion
        _store(session, user, new_hash)
        audit.record(session, principal, Action.USER_CHANGE, user.id, "password")
        emit(session, PasswordChanged(subject_id=user.id, by_bureau=False))


def set_password(
    session: Session, user: User, *, principal: Principal, new_password: str, field: str = "new_password"
) -> None:
    """Set a new password and end all sessions of the user. The caller has checked the current password if required.

    Raises:
        Invalid: the new password violates a rule, equals the old one, or the user had it before.
    """
    require(principal, Action.USER_CHANGE, own=user.id == principal.user_id)
    refuse_password_of_staff(user, principal)
    require_confirmation(principal)
    passwords.check_password(new_password, name=user.name, email=user.email, field=field)
    if credentials.verify_password(new_password, user.password_hash):
        raise Invalid.field(
            field,
            "password_unchanged",
            "新密码不能与原密码相同",
            "the new password must differ from the old one",
        )
    refuse_former(new_password, former_hashes(session, user), field=field)
    _store(session, user, credentials.hash_password(new_password))
    audit.record(session, principal, Action.USER_CHANGE, user.id, "password")
    emit(session, PasswordChanged(subject_id=user.id, by_bureau=user.id != principal.user_id))


def _store(session: Session, user: User, password_hash: str) -> None:
    """Give the user another password; ends their sessions and the links for them, and the lock of their codes."""
    keep_former(session, user)
    user.password_hash = password_hash
    session.flush()
    unlock(session, user)
    revoke_sessions(session, user_id=user.id)
    links.end_links(session, user.id)


def _user(session: Session, link: AccountLink) -> User:
    user = user_by_email(session, link.email)
    if user is None or not user.active:
        raise links.invalid_link()
    return user
