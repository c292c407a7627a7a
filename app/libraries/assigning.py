"""Values into the columns of a record: defaults, clearing, and who owns it."""

from typing import Any
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.accounts.principal import Principal
from app.errors import Forbidden, Invalid
from app.libraries.library import Library
from app.libraries.record import Record


def fill_defaults(record: Record) -> None:
    """Set what storing would set, so that a record can be judged before it is stored."""
    for column in inspect(type(record)).columns:
        if column.default is not None and getattr(record, column.key, None) is None:
            setattr(record, column.key, _default(column))


def _default(column: Any) -> Any:
    return column.default.arg(None) if column.default.is_callable else column.default.arg


def assign(
    session: Session, library: Library, record: Record, given: dict[str, Any], principal: Principal
) -> None:
    library.assign(session, record, given, principal)
    columns = inspect(type(record)).columns
    for name, value in given.items():
        column = columns[name]
        if value is None and not column.nullable:
            if column.default is None:
                raise Invalid.field(name, "required", "此字段不能清空", "this field cannot be cleared")
            value = _default(column)
        setattr(record, name, value)


def move(session: Session, record: Record, given: dict[str, Any], principal: Principal) -> None:
    """Another owner, which only the bureau may name."""
    owner = given.pop("owner_org_id", None)
    if owner is None or owner == record.owner_org_id:
        return
    if not principal.sees_everything:
        raise Forbidden("Only the bureau may name another owner.", "只有管理部门可以变更所属单位。")
    check_owner(session, owner)
    record.owner_org_id = owner


def check_owner(session: Session, owner_org_id: UUID) -> None:
    """
    Raises:
        Invalid: there is no such organisation.
    """
    # A session forgets what nobody holds; the rows of a bulk load ask for the same few owners again and again.
    held: dict[UUID, Organisation | None] = session.info.setdefault("owners", {})
    if owner_org_id not in held:
        held[owner_org_id] = session.get(Organisation, owner_org_id)
    if held[owner_org_id] is None:
        raise Invalid.field(
            "owner_org_id", "unknown_organisation", "没有这个单位", "there is no such organisation"
        )
