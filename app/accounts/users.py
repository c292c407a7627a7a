"""Users: registration, creation, changes, passwords and deactivation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from app.accounts import audit, credentials, passwords
from app.accounts.access.grants import check_grant, require_grant
from app.accounts.access.permissions import Action, RecordScope, require, scope_of
from app.accounts.access.principal import Principal
from app.accounts.access.proof import require_confirmation
from app.accounts.field_checks import check_email, checked, clean_name
from app.accounts.links.service import end_invitations_by, end_links
from app.accounts.models import OFFICES, STAFF, Organisation, OrganisationKind, Role, User
from app.accounts.organisations import administrators
from app.accounts.sessions.tokens import revoke_sessions
from app.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from app.errors.collection import Faults, is_unreadable
from app.events.catalogue import AccountChanged
from app.events.outbox import emit

# The roles that users of an organisation may have. The first user of a self-registered organisation gets the first
# role unless they request another one from the list; only operators create users of the bureau.
ROLES_OF_KIND: Mapping[OrganisationKind, tuple[Role, ...]] = {
    OrganisationKind.ENTERPRISE: (Role.ENTERPRISE, Role.INVESTOR, Role.MANAGER),
    OrganisationKind.UNIVERSITY: (Role.INSTITUTION, Role.MANAGER),
    OrganisationKind.INSTITUTE: (Role.INSTITUTION, Role.MANAGER),
    OrganisationKind.AGENCY: (Role.MANAGER, Role.INVESTOR),
    OrganisationKind.INVESTOR: (Role.INVESTOR,),
    OrganisationKind.BUREAU: (Role.OPERATOR, *sorted(OFFICES)),
}


def registration_roles(kind: OrganisationKind) -> tuple[Role, ...]:
    """The roles that can be registered for a kind of organisation, and that its administrators give to colleagues.
    Managers join only an agency by themselves; the bureau creates those of other organisations."""
    if kind is OrganisationKind.AGENCY:
        return ROLES_OF_KIND[kind]
    return tuple(role for role in ROLES_OF_KIND[kind] if role not in STAFF | {Role.MANAGER})


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


def refuse_other_role(session: Session, role: Role, organisation_id: UUID | None) -> None:
    """
    Raises:
        Forbidden: administrators of this organisation do not give this role.
    """
    organisation = session.get_one(Organisation, organisation_id)
    roles = registration_roles(OrganisationKind(organisation.kind))
    if role not in roles:
        names = ", ".join(roles)
        raise Forbidden(
            f"Administrators of your organisation can give these roles: {names}; ask the bureau for others.",
            f"贵单位管理员可设置的角色：{names}；其他角色请联系管理部门。",
            code="role_not_yours",
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
        name = _checked_name(facts.name)
    with faults.collected():
        passwords.check_password(facts.password, name=name, email=email)
    faults.raise_if_any()
    return email, name


def _checked_name(text: str) -> str:
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


def users(
    *,
    principal: Principal,
    organisation_id: UUID | None = None,
    role: Role | None = None,
    active: bool | None = None,
) -> Select[User]:
    """Query for the users that the principal may see: all users, or those of the principal's organisation."""
    require(principal, Action.USER_READ, own=True)
    query = select(User)
    if scope_of(principal, Action.USER_READ) is RecordScope.OWN:
        query = query.where(User.organisation_id == principal.organisation_id)
    if organisation_id is not None:
        query = query.where(User.organisation_id == organisation_id)
    if role is not None:
        query = query.where(User.role == role)
    if active is not None:
        query = query.where(User.active.is_(active))
    return query


def get_user(session: Session, user_id: UUID, *, principal: Principal) -> User:
    """The user, if they are the principal or a colleague, or the principal is an operator.

    Raises:
        NotFound: the user does not exist or the principal may not see them.
    """
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    if user.id != principal.user_id:
        own = user.organisation_id is not None and user.organisation_id == principal.organisation_id
        scope = scope_of(principal, Action.USER_READ)
        if scope is RecordScope.NONE or (scope is RecordScope.OWN and not own):
            raise NotFound
    return user


def require_change(principal: Principal, user: User) -> None:
    """Require that the principal may change something about the user: themselves, or a colleague whom they administer.

    Raises:
        Unauthenticated, Forbidden: see `require`.
    """
    if user.id == principal.user_id:
        require(principal, Action.USER_CHANGE, own=True)
    else:
        require(principal, Action.USER_ADMINISTER, owner_org_id=user.organisation_id)


def change_user(session: Session, user: User, *, principal: Principal, changes: Mapping[str, Any]) -> User:
    """Change a user: name, active, administrator, role, organisation_id.

    Users change their own name, set active=False to leave, or administrator=False. Administrators remove colleagues
    (active=False) and make them administrators, or no longer. Operators change everything of any user.

    Raises:
        Forbidden: the account is another user's, only operators may change the field, or a change of role, organisation
            or administrator was not confirmed just now.
        Invalid: the name is invalid, the organisation's kind does not allow the role, or the user cannot be an
            administrator.
        Conflict: no active operator would be left, or, unless the bureau changes it, no administrator.
    """
    require_change(principal, user)
    if scope_of(principal, Action.USER_ADMINISTER) is not RecordScope.ANY:
        _refuse_operators_fields(user, principal, changes)
    check_grant(user, principal, changes)
    if {"role", "organisation_id", "administrator"} & changes.keys():
        require_confirmation(principal)
    before = _Standing.of(user)
    if changes.get("name", user.name) != user.name:
        user.name = _checked_name(changes["name"])
    user.role = changes.get("role", user.role)
    user.organisation_id = changes.get("organisation_id", user.organisation_id)
    user.active = changes.get("active", user.active)
    # Another organisation has its own administrators.
    moved = user.organisation_id != before.organisation_id
    user.administrator = changes.get("administrator", user.administrator and not moved)
    if not session.is_modified(user):
        return user
    if {"role", "organisation_id"} & changes.keys():
        check_role(session, Role(user.role), user.organisation_id)
    _check_standing(session, user, before, principal)
    session.flush()
    if {"role", "organisation_id", "active"} & changes.keys():
        revoke_sessions(session, user_id=user.id)
        end_links(session, user.id)
    if before.administers and not _Standing.of(user).administers:
        end_invitations_by(session, user.id)
    if {"role", "active"} & changes.keys():
        emit(session, AccountChanged(subject_id=user.id, active=user.active, role=user.role))
    details = ", ".join(f"role={user.role}" if name == "role" else name for name in sorted(changes))
    audit.record(session, principal, Action.USER_CHANGE, user.id, details)
    return user


@dataclass(frozen=True, slots=True)
class _Standing:
    """What of a user others depend on."""

    organisation_id: UUID | None
    operates: bool
    administers: bool

    @classmethod
    def of(cls, user: User) -> "_Standing":
        return cls(
            user.organisation_id,
            operates=user.active and user.role == Role.OPERATOR,
            administers=user.active and user.administrator,
        )


def _check_standing(session: Session, user: User, before: _Standing, principal: Principal) -> None:
    now_is = _Standing.of(user)
    if before.operates and not now_is.operates and not administrators.has_other_operator(session, user):
        raise Conflict(
            "This is the last operator; create another operator first.",
            "该用户是最后一名管理部门用户，请先设置另一名。",
            code="last_operator",
        )
    if user.administrator and not before.administers:
        administrators.check_eligible(user)
    steps_down = before.administers and not (
        now_is.administers and now_is.organisation_id == before.organisation_id
    )
    if steps_down and scope_of(principal, Action.USER_ADMINISTER) is not RecordScope.ANY:
        administrators.require_successor(session, user, before.organisation_id)


def _refuse_operators_fields(user: User, principal: Principal, changes: Mapping[str, Any]) -> None:
    """
    Raises:
        Forbidden: only operators may make one of these changes.
    """
    is_self = user.id == principal.user_id
    open_fields = {"active"} | ({"name"} if is_self else set())
    if principal.administrator and user.organisation_id == principal.organisation_id:
        open_fields.add("administrator")
    refused = sorted(set(changes) - open_fields)
    if changes.get("active"):
        refused.append("active")
    if refused:
        raise Forbidden(
            "Only operators may change these fields.",
            "这些字段只能由管理部门修改。",
            fields=[
                FieldError(
                    field, "operator_only", "只能由管理部门修改", "only operators may change this field"
                )
                for field in refused
            ],
        )


def check_role(session: Session, role: Role, organisation_id: UUID | None) -> None:
    """Check that the organisation's kind allows the role. Only people of the bureau may have no organisation, as the
    first operator does."""
    if organisation_id is None:
        if role in STAFF:
            return
        raise Invalid.field(
            "organisation_id",
            "organisation_missing",
            "此角色须有所属单位",
            "this role requires an organisation",
        )
    kind = session.scalar(select(Organisation.kind).where(Organisation.id == organisation_id))
    if kind is None:
        raise Invalid.field(
            "organisation_id", "unknown_organisation", "单位不存在", "the organisation does not exist"
        )
    roles = ROLES_OF_KIND[OrganisationKind(kind)]
    if role not in roles:
        names = ", ".join(roles)
        raise Invalid.field(
            "role",
            "role_does_not_fit",
            f"此类单位的用户角色应为：{names}",
            f"users of this kind of organisation must have one of the roles: {names}",
        )
