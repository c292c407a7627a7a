"""Values into the columns of a record: defaults, clearing, and who owns it."""

from typing import Any
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.errors import Forbidden, Invalid
from app.libraries.library import Library
from app.libraries.record.models import Record


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
    before = (record.source, record.source_ref)
    library.resolve_references(session, record, given, principal)
    columns = inspect(type(record)).columns
    for name, value in given.items():
        column = columns[name]
        if value is None and not column.nullable:
            if column.default is None:
                raise Invalid.field(name, "required", "此字段不能清空", "this field cannot be cleared")
            value = _default(column)
        setattr(record, name, value)
    refuse_imported(record, principal, before=before)


def move(session: Session, record: Record, given: dict[str, Any], principal: Principal) -> None:
    """Another owner, which only the bureau may name."""
    owner = given.pop("owner_org_id", None)
    if owner is None or owner == record.owner_org_id:
        return
    if not principal.sees_everything:
        raise Forbidden("Only the bureau may name another owner.", "只有管理部门可以变更所属单位。")
    check_owner(session, owner)
    record.owner_org_id = owner


# What bulk loads mark their records with: by it they know a row that is there already, and pass it over.
IMPORTED = "import"


def refuse_imported(record: Record, principal: Principal, *, before: tuple[str | None, str | None]) -> None:
    """`before` are source and reference as they were.

    Raises:
        Invalid: somebody else than the bureau claims that a record came by a bulk load: its row would never be loaded.
    """
    now = (record.source, record.source_ref)
    if now[0] == IMPORTED and now != before and not principal.sees_everything:
        raise Invalid.field(
            "source",
            "reserved",
            "此来源由批量导入使用,请填写其他来源",
            "bulk loads use this source; name another",
        )


def refuse_foreign_owner(record: Record, principal: Principal, *, before: UUID | None) -> None:
    """A record stays where it was, or is its writer's own organisation's; a manager's posts may not move it either.

    Otherwise he would appear under another's name, and hide the employer with whom he has a conflict of interest.

    Raises:
        Forbidden: somebody else than the bureau names another owner.
    """
    if not principal.sees_everything and record.owner_org_id not in (before, principal.organisation_id):
        raise Forbidden("Only the bureau may name another owner.", "只有管理部门可以变更所属单位。")


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
