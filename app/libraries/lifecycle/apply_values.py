"""Setting values on a record: defaults, cleared fields, the source, and the owner."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.accounts.organisations.lookup import referred
from app.database import now
from app.errors import FieldError, Forbidden, Invalid
from app.errors.collection import Faults
from app.libraries.library import Library
from app.libraries.record.models import Record

MAX_CONFIRMED = 100


def fill_defaults(record: Record) -> None:
    """Set the column defaults that storing would set, so that the record can be checked before it is stored."""
    for column in inspect(type(record)).columns:
        if column.default is not None and getattr(record, column.key, None) is None:
            setattr(record, column.key, _default(column))


def _default(column: Any) -> Any:
    return column.default.arg(None) if column.default.is_callable else column.default.arg


def set_values(
    session: Session, library: Library, record: Record, values: dict[str, Any], principal: Principal
) -> None:
    """Set the values on the record; None clears a field.

    Raises:
        Invalid: a required field is cleared, a reference is invalid, or the source is reserved.
        Forbidden: see `Library.resolve_references`.
    """
    before = (record.source, record.source_ref)
    confirm(record, values.pop("confirmed", None) or (), principal)
    faults = Faults()
    with faults.collected():
        library.resolve_references(session, record, values, principal)
    columns = inspect(type(record)).columns
    for name, value in values.items():
        column = columns[name]
        if value is not None or column.nullable:
            setattr(record, name, value)
        elif column.default is not None:
            setattr(record, name, _default(column))
        else:
            faults.add([FieldError(name, "required", "此字段不能清空", "this field cannot be cleared")])
    with faults.collected():
        refuse_imported(record, principal, before=before)
    faults.raise_if_any()


def confirm(record: Record, words: Iterable[str], principal: Principal) -> None:
    """Add what the principal confirms, with their id and the time. A word that is confirmed keeps its first answer."""
    known = list(record.confirmed or ())
    answered = {entry["word"] for entry in known}
    by = str(principal.user_id) if principal.user_id else None
    new = [
        {"word": word, "by": by, "at": now().isoformat()}
        for word in dict.fromkeys(words)
        if word not in answered
    ]
    # A new list, because a change inside one would not be noticed.
    record.confirmed = [*known, *new][:MAX_CONFIRMED]


def set_owner(session: Session, record: Record, values: dict[str, Any], principal: Principal) -> None:
    """Set another owner, which only operators may do.

    Raises:
        Forbidden: the principal is not an operator.
        Invalid: the organisation does not exist.
    """
    reference = values.pop("owner_org_id", None)
    owner = referred(session, reference, field="owner_org_id", principal=principal)
    if owner is None or owner == record.owner_org_id:
        return
    if not principal.sees_everything:
        raise Forbidden("Only operators may change the owner.", "只有管理部门可以变更所属单位。")
    check_owner(session, owner)
    record.owner_org_id = owner


# The source of loaded records. Together with `source_ref` it identifies rows that were loaded before.
IMPORTED = "import"
_RESERVED = re.compile(r"\s*(?:import|mirror)\s*(?::.*)?", re.IGNORECASE | re.DOTALL)


def refuse_imported(record: Record, principal: Principal, *, before: tuple[str | None, str | None]) -> None:
    """Refuse the reserved sources of imports and of other platforms: by them rows are found again, and the bureau sees
    where a record came from. What an organisation imports itself has a source of its own.

    Args:
        before: source and source reference before the change.

    Raises:
        Invalid: a user other than an operator sets one.
    """
    after = (record.source, record.source_ref)
    own = f"{IMPORTED}:organisation:{principal.organisation_id}"[:40]
    is_reserved = _RESERVED.fullmatch(unicodedata.normalize("NFKC", after[0] or "")) is not None
    if is_reserved and after[0] != own and after != before and not principal.sees_everything:
        raise Invalid.field(
            "source",
            "reserved",
            "此来源由批量导入专用，请填写其他来源",
            "this source is reserved for bulk imports; use another one",
        )


def refuse_foreign_owner(record: Record, principal: Principal, *, before: UUID | None) -> None:
    """The owner must remain unchanged or be the principal's organisation, also when a manager's affiliations set it.

    Otherwise managers could appear under another organisation and hide the employer that causes a conflict of interest.

    Raises:
        Forbidden: a user other than an operator sets another owner.
    """
    if not principal.sees_everything and record.owner_org_id not in (before, principal.organisation_id):
        raise Forbidden("Only operators may change the owner.", "只有管理部门可以变更所属单位。")


def check_owner(session: Session, owner_org_id: UUID | None) -> None:
    """
    Raises:
        Invalid: there is no owner, or the organisation does not exist.
    """
    if owner_org_id is None:
        raise Invalid.field(
            "owner_org_id", "required", "请填写所属单位", "specify the organisation that owns the record"
        )
    # The session holds its objects only weakly, so owners are cached here: many rows of an import share a few owners.
    owners: dict[UUID, Organisation | None] = session.info.setdefault("owners", {})
    if owner_org_id not in owners:
        owners[owner_org_id] = session.get(Organisation, owner_org_id)
    if owners[owner_org_id] is None:
        raise Invalid.field(
            "owner_org_id", "unknown_organisation", "单位不存在", "the organisation does not exist"
        )
