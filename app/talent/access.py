"""Whose business a manager's talent record is: his own, his institution's for its staff, the bureau's."""

from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql import ColumnElement

from app.accounts.access.permissions import Action, require
from app.accounts.access.principal import Principal
from app.errors import Invalid
from app.libraries.disclosure import visibility
from app.libraries.disclosure.visibility import owns
from app.libraries.lifecycle.commands import find
from app.libraries.managers.models import Manager
from app.libraries.managers.service import LIBRARY


def manager_for(
    session: Session, manager_id: UUID | None, action: Action, *, principal: Principal, lock: bool = False
) -> Manager:
    """The manager acted for; without an id a manager acts for himself.

    Raises:
        Invalid: nobody is named, and the principal is no manager with a record.
        NotFound: there is no such manager, or the principal may not know of him.
        Forbidden: he is not the principal's business.
    """
    wanted = manager_id or principal.manager_id
    if wanted is None:
        require(principal, action, own=True)
        raise Invalid.field("manager_id", "required", "请指明技术经理人", "name the manager")
    manager = find(session, LIBRARY, wanted, principal, lock=lock)
    assert isinstance(manager, Manager)
    require(principal, action, own=owns(principal, manager))
    return manager


def is_own(session: Session, manager_id: UUID, principal: Principal) -> bool:
    manager = session.get(Manager, manager_id)
    return manager is not None and owns(principal, manager)


def own_rows(column: InstrumentedAttribute[UUID], principal: Principal) -> ColumnElement[bool]:
    """The condition that a row's manager is the principal's business."""
    if principal.sees_everything:
        return true()
    return column.in_(select(Manager.id).where(visibility.own_rows(Manager, principal)))
