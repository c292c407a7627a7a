"""Access to talent records of managers: for themselves, their institution and operators."""

from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql import ColumnElement

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.errors import Invalid
from app.libraries.lifecycle.lookup import find
from app.libraries.managers.models import Manager
from app.libraries.managers.service import LIBRARY
from app.libraries.visibility import rows
from app.libraries.visibility.rows import owns


def manager_for(
    session: Session, manager_id: UUID | None, action: Action, *, principal: Principal, lock: bool = False
) -> Manager:
    """The manager for whom the principal acts; without an id the manager acts for themselves.

    Raises:
        Invalid: no manager is named, and the principal is not a manager with a record.
        NotFound: the manager does not exist, or the principal may not see them.
        Forbidden: the principal may not act for this manager.
    """
    id_ = manager_id or principal.manager_id
    if id_ is None:
        require(principal, action, own=True)
        raise Invalid.field(
            "manager_id", "required", "请指明技术经理人", "is required unless you are a manager"
        )
    manager = find(session, LIBRARY, id_, principal, lock=lock)
    assert isinstance(manager, Manager)
    require(principal, action, own=owns(principal, manager))
    return manager


def is_own(session: Session, manager_id: UUID, principal: Principal) -> bool:
    manager = session.get(Manager, manager_id)
    return manager is not None and owns(principal, manager)


def own_rows(column: InstrumentedAttribute[UUID], principal: Principal) -> ColumnElement[bool]:
    """Condition: the principal may act for the row's manager."""
    if principal.sees_everything:
        return true()
    return column.in_(select(Manager.id).where(rows.own_rows(Manager, principal)))
