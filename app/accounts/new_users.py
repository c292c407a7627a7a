"""New users: their data is checked and stored."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.accounts import audit, credentials, passwords
from app.accounts.access.grants import require_grant
from app.accounts.access.permissions import Action, RecordScope, require, scope_of
from app.accounts.access.principal import Principal
from app.accounts.access.proof import require_confirmation
from app.accounts.field_checks import check_email, checked, clean_name
from app.accounts.models import Role, User
from app.accounts.organisations import administrators
from app.accounts.roles import check_role, refuse_other_role
from app.errors import Conflict, FieldError, Forbidden, Invalid
from app.errors.collection import Faults, is_unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFacts:
    """Data of a new user, not yet checked; the password is in plain text."""

    email: str
    name: str
    password: str


def create_user(
    session: Session,
    *,
    principal: Principal,
    facts: UserFacts,
    role: Role,
    organisation_id: UUID | None = None,
) -> User:
    """Create a user. Operators create users of any role, administrators colleagues in the `registration_roles` of their
    organisation, because managers have wider access and are appointed by the bureau.

    Raises:
        Forbidden: the organisation is not the principal's own or not verified, or its administrators do not give this
            role.
        Invalid, Conflict: see `add_user`.
    """
    require(principal, Action.USER_CREATE, owner_org_id=organisation_id)
    require_confirmation(principal)
    if scope_of(principal, Action.USER_CREATE) is RecordScope.OWN:
        _refuse_unverified(principal)
        if not is_unreadable(organisation_id):
            refuse_other_role(session, role, organisation_id)
    require_grant(principal, role)
    user = add_user(session, facts=facts, role=role, organisation_id=organisation_id)
    audit.record(session, principal, Action.USER_CREATE, user.id, f"role={role}")
    return user


def _refuse_unverified(principal: Principal) -> None:
    """Anyone can register an organisation. Who could enter addresses there that nobody has confirmed would learn which
    have accounts, and could wait with a password of their own for their owners to come.

    Raises:
        Forbidden: the bureau does not vouch for the principal's organisation yet.
    """
    if not principal.verified:
        raise Forbidden(
            "Until the bureau has verified your organisation, send an invitation instead: it confirms the mailbox.",
            "本单位经管理部门核验前，请通过邀请添加用户，由被邀请人确认邮箱。",
            code="invite_instead",
        )


def add_user(session: Session, *, facts: UserFacts, role: Role, organisation_id: UUID | None) -> User:
    """Store a new user. The caller has checked the permission.

    Raises:
        Invalid: the e-mail address, name or password is invalid, or the organisation's kind does not allow the role.
        Conflict: the e-mail address is taken.
    """
    faults = Faults()
    with faults.collected():
        check_role(session, role, organisation_id)
    with faults.collected():
        check_user_facts(facts)
    faults.raise_if_any()
    email, name = check_user_facts(facts)
    password_hash = credentials.hash_password(facts.password)
    return store_user(
        session,
        email=email,
        name=name,
        password_hash=password_hash,
        role=role,
        organisation_id=organisation_id,
    )


def check_user_facts(facts: UserFacts) -> tuple[str, str]:
    """The e-mail address and the name in the form in which they are stored; the password meets the rules.

    Raises:
        Invalid: the e-mail address, name or password is invalid.
    """
    faults = Faults()
    email = name = ""
    with faults.collected():
        email = checked("email", check_email, facts.email)
    with faults.collected():
        name = checked_name(facts.name)
    with faults.collected():
        passwords.check_password(facts.password, name=name, email=email)
    faults.raise_if_any()
    return email, name


def checked_name(text: str) -> str:
    name: str = checked("name", clean_name, text)
    if not 1 <= len(name) <= 60:
        raise Invalid.field(
            "name", "name_length", "姓名应为 1–60 个字符", "the name must have 1 to 60 characters"
        )
    return name


def store_user(
    session: Session,
    *,
    email: str,
    name: str,
    password_hash: str,
    role: Role,
    organisation_id: UUID | None,
    administrator: bool | None = None,
) -> User:
    """Store a new user from checked facts. Without `administrator`, the first user of an organisation becomes one (see
    `administrators.is_first`).

    Raises:
        Invalid: the organisation's kind does not allow the role.
        Conflict: the e-mail address is taken.
    """
    check_role(session, role, organisation_id)
    refuse_taken_address(session, email)
    if administrator is None:
        administrator = administrators.is_first(session, role, organisation_id)
    user = User(
        email=email,
        name=name,
        role=role,
        organisation_id=organisation_id,
        password_hash=password_hash,
        administrator=administrator,
    )
    session.add(user)
    session.flush()
    return user


def refuse_taken_address(session: Session, email: str, field: str = "email") -> None:
    """
    Raises:
        Conflict: a user has this e-mail address.
    """
    if session.scalar(select(exists().where(User.email == email))):
        raise Conflict(
            "A user with this e-mail address already exists.",
            "该邮箱已注册。",
            code="email_taken",
            fields=[
                FieldError(field, "email_taken", "该邮箱已注册", "this e-mail address is already registered")
            ],
        )
