"""Corrections of a row before its commit: another value for a field, or that it is a record of the store."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access.permissions import Action
from app.accounts.access.principal import Principal
from app.database import one_or_not_found
from app.engagements.contracts.schemas import ContractPatch
from app.errors import Conflict, Invalid
from app.errors.pydantic_errors import field_errors
from app.exchange.batches.commit import batch_for
from app.exchange.batches.models import ImportRow, RowAction, RowState
from app.exchange.batches.schemas import RowRead
from app.exchange.batches.targets.admission import foreign_owner, own_organisation
from app.exchange.headers.dictionary import Kind
from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES
from app.libraries.validation.values.dates import Day

_NAMES = frozenset({"owner_org", "seller", "buyer", "position", "parent", "uscc", "owner_uscc", "kind"})
"""Fields of an entry that are one text, beside those of the schemas."""
_LISTS = frozenset({"co_orgs", "affiliations", "completed_by", "ip_list", "aliases"})
"""Fields of an entry that are a list of texts."""
_REASON = frozenset({"code", "reason_zh", "reason_en"})
"""What the entry of a refused row says beside its fields."""
_LONGEST = 200
"""Characters of a text in one of these."""


def correct(
    session: Session, batch_id: UUID, row_id: UUID, values: Mapping[str, Any], *, principal: Principal
) -> RowRead:
    """Put other values in the place of those that were read; a null takes a value out. They are no deductions.

    A row that failed waits again. What the file says is kept beside it, so that the same file again changes nothing.

    Raises:
        NotFound: there is no such row for the principal.
        Conflict: the row is refused, or was committed already.
        Invalid: a field is unknown or a value invalid; names every such field.
    """
    row = _changeable(session, batch_id, row_id, principal)
    checked = _checked(Kind(row.kind), values)
    fault = foreign_owner(session, checked, principal)
    if fault is not None:
        raise Invalid(fields=[fault])
    if "owner_org" in checked and checked["owner_org"] is None:
        own = own_organisation(session, principal)
        checked["owner_org"] = None if own is None else own.name
    entry = {name: value for name, value in row.entry.items() if name not in _REASON}
    fields, derived = dict(entry["fields"]), dict(entry["derived"])
    read = dict(entry.get("read", {}))
    for name, value in checked.items():
        read.setdefault(name, fields.get(name))
        derived.pop(name, None)
        if value is None:
            fields.pop(name, None)
        else:
            fields[name] = value
    missing = [name for name in entry["missing"] if fields.get(name) in (None, "", [])]
    if "changed" in entry:
        entry["changed"] = sorted({*entry["changed"], *checked})
        row.action = RowAction.UPDATE.value
    if row.action == RowAction.REFUSED:
        drafted = bool(missing) or entry["store_as"] == "draft"
        row.action = (RowAction.DRAFT if drafted else RowAction.NEW).value
        row.action = row.action if row.record_id is None else RowAction.UPDATE.value
    row.entry = entry | {"fields": fields, "derived": derived, "read": read, "missing": missing}
    if row.action == RowAction.DRAFT and entry["missing"] and not missing:
        row.action = RowAction.NEW.value
    row.state, row.remarks = RowState.WAITING.value, []
    return RowRead.model_validate(row)


def join(
    session: Session, batch_id: UUID, row_id: UUID, record_id: UUID | None, *, principal: Principal
) -> RowRead:
    """Say that the row is one of the records that it is similar to: a commit updates that record, and undoing the batch
    gives its former values back. None says that it is none of them.

    Raises:
        NotFound, Conflict: see `correct`.
        Invalid: the row is not similar to this record.
    """
    row = _changeable(session, batch_id, row_id, principal)
    similar = {one["id"] for one in row.entry.get("similar", ())}
    if record_id is not None and str(record_id) not in similar:
        raise Invalid.field(
            "same_as",
            "not_similar",
            "不在该行的疑似重复记录中",
            "is none of the records that the row is similar to",
        )
    row.state, row.remarks, row.record_id = RowState.WAITING.value, [], record_id
    if record_id is not None:
        row.action = RowAction.UPDATE.value
    else:
        row.action = RowAction.DRAFT.value if row.entry["missing"] else RowAction.NEW.value
    return RowRead.model_validate(row)


def _changeable(session: Session, batch_id: UUID, row_id: UUID, principal: Principal) -> ImportRow:
    batch_for(session, batch_id, principal, Action.IMPORT_CHANGE)
    query = select(ImportRow).where(ImportRow.batch_id == batch_id, ImportRow.id == row_id)
    row: ImportRow = one_or_not_found(session, query.with_for_update())
    stored = row.state in (RowState.DONE, RowState.UNDONE) and row.version is not None
    if (
        stored
        or row.state == RowState.UNDONE
        or (row.action == RowAction.REFUSED and row.state != RowState.FAILED)
    ):
        raise Conflict(
            "Only rows that wait, or failed, can be changed; correct a refused row in the file.",
            "仅待导入或未通过的行可以修改；被拒绝的行请在文件中更正后重新上传。",
            code="row_not_waiting",
        )
    return row


def _checked(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    model = _model(kind)
    known = {name: value for name, value in values.items() if name in model.model_fields}
    errors = []
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name in _NAMES and (value is None or isinstance(value, str)):
            checked[name] = value.strip()[:_LONGEST] or None if value is not None else None
        elif name in _LISTS and (value is None or _is_texts(value)):
            checked[name] = value
        elif name in _NAMES | _LISTS or name not in model.model_fields:
            errors.append(
                Invalid.field(
                    name[:60],
                    "unknown_field",
                    "没有此字段，或值的类型不对",
                    "is no field, or of another type",
                ).fields[0]
            )
    known = {name: value for name, value in known.items() if name not in checked}
    try:
        found = model.model_validate(known).model_dump(mode="json", include=set(known))
        checked |= {name: value for name, value in found.items() if name not in _LISTS}
    except ValidationError as error:
        errors += field_errors(error.errors())
    if errors:
        raise Invalid(fields=errors)
    return checked


def _is_texts(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= 50
        and all(isinstance(one, str) and len(one) <= _LONGEST for one in value)
    )


def _model(kind: Kind) -> type[BaseModel]:
    if kind is Kind.CONTRACT:
        return _ContractPatch
    if kind is Kind.ORGANISATION:
        return _OrganisationPatch
    return LIBRARIES[RecordKind.of(kind.value)].patch_schema


class _ContractPatch(ContractPatch):
    signed_on: Day | None = None


class _OrganisationPatch(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str | None = None
    region: str | None = None
