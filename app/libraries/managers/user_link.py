"""The user whose manager record it is: at most one record each."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import Role, User
from app.errors import Conflict, Forbidden, Invalid
from app.libraries.managers.models import Manager


def manager_of_user(session: Session, user_id: UUID) -> UUID | None:
    """Id of the manager record linked to this user, or None."""
    return session.scalar(select(Manager.id).where(Manager.user_id == user_id))


def link_user(session: Session, manager: Manager, values: dict[str, Any], principal: Principal) -> None:
    user_id = values.pop("user_id", manager.user_id)
    if principal.role is Role.MANAGER:
        if user_id not in (None, principal.user_id):
            raise Forbidden("You may only create or change your own record.", "您只能填报本人的记录。")
        manager.user_id = manager.user_id or principal.user_id
        _refuse_second_record(session, manager)
        return
    if user_id == manager.user_id:
        return
    if not principal.sees_everything:
        raise Forbidden("Only operators may link a user.", "只有管理部门可以关联登录用户。")
    if user_id is not None:
        user = session.get(User, user_id)
        if user is None or user.role != Role.MANAGER:
            raise Invalid.field(
                "user_id",
                "not_a_manager_user",
                "用户不存在或不是技术经理人",
                "the user does not exist or does not have the role manager",
            )
    manager.user_id = user_id
    _refuse_second_record(session, manager)


def _refuse_second_record(session: Session, manager: Manager) -> None:
    if manager.user_id is not None and manager_of_user(session, manager.user_id) not in (None, manager.id):
        raise Conflict(
            "This user already has a manager record; change that record instead.",
            "该用户已有技术经理人记录，请修改原记录。",
            code="second_manager_record",
        )
