"""Users: who creates whom, passwords, deactivation."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from app.accounts import audit, credentials
from app.accounts.access.permissions import Action, RecordScope, require, scope_of
from app.accounts.access.principal import Principal
from app.accounts.field_checks import check_email, checked, clean_name
from app.accounts.models import Organisation, OrganisationKind, Role, User
from app.accounts.organisations.service import OrganisationFacts, add_organisation
from app.accounts.sessions import revoke_sessions
from app.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, SankuError

# Which roles an organisation's users may have. Of a self-registered one the first user gets the first role
# unless he asks for another in the row; users of the bureau are created by operators alone.
ROLES_OF_KIND: Mapping[OrganisationKind, tuple[Role, ...]] = {
    OrganisationKind.ENTERPRISE: (Role.ENTERPRISE, Role.INVESTOR, Role.MANAGER),
    OrganisationKind.UNIVERSITY: (Role.INSTITUTION, Role.MANAGER),
    OrganisationKind.INSTITUTE: (Role.INSTITUTION, Role.MANAGER),
    OrganisationKind.AGENCY: (Role.MANAGER, Role.INVESTOR),
    OrganisationKind.BUREAU: (Role.OPERATOR,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFacts:
    """What is told of a new user; the password in clear, on its way to its hash."""

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
    """Operators create anybody; an organisation's users create colleagues of their own role: a manager reads more
    than they do, and who is one is the bureau's to say.

    Raises:
        Forbidden: another organisation, or another role than one's own.
        Invalid, Conflict: see `add_user`.
    """
    require(principal, Action.USER_CREATE, owner_org_id=organisation_id)
    if scope_of(principal, Action.USER_CREATE) is RecordScope.OWN and role is not principal.role:
        raise Forbidden(
            "You can create users of your own role only; ask the bureau for others.",
            "只能创建与您角色相同的用户,其他角色请联系主管部门。",
            code="role_not_yours",
        )
    user = add_user(session, facts=facts, role=role, organisation_id=organisation_id)
    audit.record(session, principal, Action.USER_CREATE, user.id, f"role={role}")
    return user


def add_user(session: Session, *, facts: UserFacts, role: Role, organisation_id: UUID | None) -> User:
    """Store a user; the caller has made sure of the right to.

    Raises:
        Invalid: e-mail address, name, password, or a role that does not fit the organisation's kind.
        Conflict: the e-mail address is taken.
    """
    email = checked("email", check_email, facts.email)
    name = checked("name", clean_name, facts.name)
    if not 1 <= len(name) <= 60:
        raise Invalid.field("name", "name_length", "姓名应为 1–60 个字符", "a name has 1 to 60 characters")
    credentials.check_password(facts.password, name=name, email=email)
    password_hash = credentials.hash_password(facts.password)
    _fit(session, role, organisation_id)
    if session.scalar(select(exists().where(User.email == email))):
        raise Conflict(
            "A user with this e-mail address exists.",
            "该邮箱已注册。",
            code="email_taken",
            fields=[FieldError("email", "email_taken", "该邮箱已注册", "this address is registered already")],
        )
    user = User(
        email=email, name=name, role=role, organisation_id=organisation_id, password_hash=password_hash
    )
    session.add(user)
    session.flush()
    return user


def register(
    session: Session,
    *,
    principal: Principal,
    organisation: OrganisationFacts,
    user: UserFacts,
    role: Role | None,
) -> tuple[Organisation, User]:
    """A stranger registers an unverified organisation and becomes its first user.

    Raises:
        Invalid: the kind cannot be registered by oneself, or not with this role.
    """
    require(principal, Action.ACCOUNT_REGISTER)
    choices = registration_roles(organisation.kind)
    if not choices:
        raise Invalid.field(
            "organisation.kind",
            "kind_not_open",
            "主管部门账号由管理员创建",
            "operators create accounts of the bureau",
        )
    if role is not None and role not in choices:
        names = ", ".join(choices)
        raise Invalid.field(
            "role", "role_not_open", f"此类机构可注册的角色: {names}", f"this kind registers as: {names}"
        )
    with _fields_under("organisation"):
        stored = add_organisation(session, facts=organisation, self_registered=True)
    with _fields_under("user"):
        first = add_user(session, facts=user, role=role or choices[0], organisation_id=stored.id)
    actor = Principal(user_id=first.id, organisation_id=stored.id, role=Role(first.role))
    audit.record(session, actor, Action.ACCOUNT_REGISTER, stored.id, f"{stored.name}; role={first.role}")
    return stored, first


def registration_roles(kind: OrganisationKind) -> tuple[Role, ...]:
    """Managers register through an agency; those of other organisations are made by the bureau."""
    if kind is OrganisationKind.AGENCY:
        return ROLES_OF_KIND[kind]
    return tuple(role for role in ROLES_OF_KIND[kind] if role not in (Role.OPERATOR, Role.MANAGER))


def users(
    *,
    principal: Principal,
    organisation_id: UUID | None = None,
    role: Role | None = None,
    active: bool | None = None,
) -> Select[User]:
    """The users that the principal may see: all, or those of the own organisation."""
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
    """Oneself, colleagues, or anybody for the operator.

    Raises:
        NotFound: no such user, or not one that the principal may see.
    """
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    if user.id != principal.user_id:
        own = user.organisation_id is not None and user.organisation_id == principal.organisation_id
        extends = scope_of(principal, Action.USER_READ)
        if extends is RecordScope.NONE or (extends is RecordScope.OWN and not own):
            raise NotFound
    return user


def change_user(session: Session, user: User, *, principal: Principal, changes: Mapping[str, Any]) -> User:
    """Oneself: name, and active=False to leave. The operator: also role, organisation_id and active.

    Raises:
        Forbidden: another's account, or a field that only the operator changes.
        Conflict: nobody would be left to operate the service.
    """
    require(principal, Action.USER_CHANGE, own=user.id == principal.user_id)
    if not principal.sees_everything:
        _only_own_fields(changes)
    operated = user.active and user.role == Role.OPERATOR
    if changes.get("name", user.name) != user.name:
        user.name = checked("name", clean_name, changes["name"])
    user.role = changes.get("role", user.role)
    user.organisation_id = changes.get("organisation_id", user.organisation_id)
    user.active = changes.get("active", user.active)
    if not session.is_modified(user):
        return user
    if {"role", "organisation_id"} & changes.keys():
        _fit(session, Role(user.role), user.organisation_id)
    if operated and not (user.active and user.role == Role.OPERATOR) and not _another_operator(session, user):
        raise Conflict(
            "This is the last operator; make another one first.",
            "这是最后一名管理员,请先设置另一名。",
            code="last_operator",
        )
    session.flush()
    if {"role", "organisation_id", "active"} & changes.keys():
        revoke_sessions(session, user_id=user.id)
    audit.record(session, principal, Action.USER_CHANGE, user.id, ", ".join(sorted(changes)))
    return user


def set_password(
    session: Session, user: User, *, principal: Principal, new_password: str, field: str = "new_password"
) -> None:
    """Ends all logins of the user. The current password has been checked by the caller where it is needed.

    Raises:
        Invalid: the new password breaks a rule, or is the old one.
    """
    require(principal, Action.USER_CHANGE, own=user.id == principal.user_id)
    credentials.check_password(new_password, name=user.name, email=user.email, field=field)
    if credentials.verify_password(new_password, user.password_hash):
        raise Invalid.field(
            field, "password_unchanged", "新密码不能与原密码相同", "the new password is the old one"
        )
    user.password_hash = credentials.hash_password(new_password)
    session.flush()
    revoke_sessions(session, user_id=user.id)
    audit.record(session, principal, Action.USER_CHANGE, user.id, "password")


@contextmanager
def _fields_under(part: str) -> Iterator[None]:
    """Errors name the fields as the caller sent them, in parts."""
    try:
        yield
    except SankuError as error:
        error.fields = tuple(replace(field, field=f"{part}.{field.field}") for field in error.fields)
        raise


def _only_own_fields(changes: Mapping[str, Any]) -> None:
    refused = sorted(set(changes) - {"name", "active"})
    if changes.get("active"):
        refused.append("active")
    if refused:
        raise Forbidden(
            "Only the bureau changes these fields.",
            "这些字段只能由主管部门修改。",
            fields=[
                FieldError(field, "operator_only", "只能由主管部门修改", "only the bureau changes this")
                for field in refused
            ],
        )


def _fit(session: Session, role: Role, organisation_id: UUID | None) -> None:
    """An operator may stand alone (the first one does); everybody else belongs to an organisation of a fitting kind."""
    if organisation_id is None:
        if role is Role.OPERATOR:
            return
        raise Invalid.field(
            "organisation_id",
            "organisation_missing",
            "此角色须属于一个机构",
            "this role needs an organisation",
        )
    kind = session.scalar(select(Organisation.kind).where(Organisation.id == organisation_id))
    if kind is None:
        raise Invalid.field(
            "organisation_id", "unknown_organisation", "机构不存在", "there is no such organisation"
        )
    fitting = ROLES_OF_KIND[OrganisationKind(kind)]
    if role not in fitting:
        names = ", ".join(fitting)
        raise Invalid.field(
            "role", "role_does_not_fit", f"此类机构的用户角色: {names}", f"users of this kind are: {names}"
        )


def _another_operator(session: Session, user: User) -> bool:
    """Whether the service keeps an active operator besides `user`."""
    operator = User.role == Role.OPERATOR
    return bool(session.scalar(select(exists().where(operator, User.active, User.id != user.id))))
