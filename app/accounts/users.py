"""Users: who may see and change them, and what a change brings about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts import audit
from app.accounts.access.grants import check_grant
from app.accounts.access.permissions import Action, RecordScope, require, scope_of
from app.accounts.access.principal import Principal
from app.accounts.access.proof import require_confirmation
from app.accounts.links.service import end_invitations_by, end_links
from app.accounts.models import Role, User
from app.accounts.new_users import checked_name
from app.accounts.organisations import administrators
from app.accounts.roles import check_role
from app.accounts.sessions.tokens import revoke_sessions
from app.errors import Conflict, FieldError, Forbidden, NotFound
from app.events.catalogue import AccountChanged
from app.events.outbox import emit


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
        user.name = checked_name(changes["name"])
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
