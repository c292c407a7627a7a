"""Grants of the bureau's roles: who gives and takes them, and whose account nobody else may enter."""

from collections.abc import Mapping
from typing import Any

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.accounts.models import OFFICES, STAFF, Role, User
from app.errors import Forbidden


def require_grant(principal: Principal, *roles: str) -> None:
    """Require that the principal may give and take these roles: an office is the security administrator's to grant.

    Raises:
        Forbidden: one of them is an office, and the principal may not grant it.
    """
    if OFFICES.intersection(roles):
        require(principal, Action.USER_GRANT)


def check_grant(user: User, principal: Principal, changes: Mapping[str, Any]) -> None:
    """
    Raises:
        Forbidden: the change is the security administrator's, or they would grant something to themselves.
    """
    role = changes.get("role", user.role)
    is_self = user.id == principal.user_id
    if is_self and role != user.role and role in STAFF:
        raise Forbidden(
            "Nobody grants a role of the bureau to themselves; ask another security administrator.",
            "不能为本人授予管理部门角色，请由其他安全管理员办理。",
            code="own_grant",
        )
    if not is_self:
        require_grant(principal, user.role, role)


def refuse_password_of_staff(user: User, principal: Principal) -> None:
    """Those who set a password can log in with it, and so would hold the other's role besides their own.

    Raises:
        Forbidden: the account belongs to another role of the bureau.
    """
    is_colleague = user.role == Role.OPERATOR and principal.role is Role.OPERATOR
    if user.id != principal.user_id and user.role in STAFF and not (principal.system or is_colleague):
        raise Forbidden(
            "People of the bureau reset their passwords themselves, by mail.",
            "管理部门人员的密码须由本人通过邮件重设。",
            code="password_by_mail",
        )
