"""Change of one's own e-mail address: it holds once the new mailbox is confirmed; the old one is notified."""

from sqlalchemy.orm import Session

from app.accounts import audit, credentials
from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.field_checks import check_email, checked
from app.accounts.links import service as links
from app.accounts.links.models import LinkPurpose
from app.accounts.models import User
from app.accounts.new_users import refuse_taken_address
from app.accounts.sessions.tokens import principal_of
from app.database import Database
from app.errors import Forbidden, Invalid
from app.events.catalogue import LoginMailboxConfirmed
from app.events.outbox import emit
from app.settings import Settings


def request_mail_change(
    database: Database, settings: Settings, *, principal: Principal, email: str, password: str
) -> None:
    """Send a confirmation link to the new mailbox. The answer does not reveal whether an account has that address.

    Raises:
        Forbidden: the caller is an API key.
        Invalid: this is no e-mail address or the present one, or the password is wrong.
    """
    require(principal, Action.USER_CHANGE, own=True)
    if principal.user_id is None:
        raise Forbidden("An API key has no mailbox.", "API 密钥没有登录邮箱。")
    address = checked("email", check_email, email)
    with database.reading() as session:
        user = session.get_one(User, principal.user_id)
        present, password_hash = user.email, user.password_hash
    if address == present:
        raise Invalid.field(
            "email",
            "email_unchanged",
            "新邮箱与原邮箱相同",
            "the new address must differ from the present one",
        )
    if not credentials.verify_password(password, password_hash):
        raise Invalid.field("password", "wrong_password", "密码不正确", "the password is wrong")
    with database.unit_of_work() as session:
        links.issue(
            session,
            settings.signing_key,
            purpose=LinkPurpose.CHANGE_MAIL,
            email=address,
            user_id=principal.user_id,
        )


def complete_mail_change(session: Session, settings: Settings, token: str) -> User:
    """Use the new address from now on, and tell the old one.

    Raises:
        NotFound: the link is invalid, used or expired.
        Conflict: another account has the address meanwhile.
    """
    link = links.usable(session, token, LinkPurpose.CHANGE_MAIL)
    user = session.get_one(User, link.user_id, with_for_update=True)
    if not user.active:
        raise links.invalid_link()
    refuse_taken_address(session, link.email)
    old, user.email = user.email, link.email
    session.flush()
    links.use_up(session, link)
    links.end_links(session, user.id)
    emit(session, LoginMailboxConfirmed(subject_id=user.id, is_new=False))
    audit.record(session, principal_of(user), Action.USER_CHANGE, user.id, "email")
    links.issue(session, settings.signing_key, purpose=LinkPurpose.MAIL_CHANGED, email=old, user_id=user.id)
    return user
