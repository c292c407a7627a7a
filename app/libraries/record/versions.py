"""Versions of records: a snapshot after every change, with actor, time and changed fields."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, inspect, select
from sqlalchemy.orm import Mapper, Session
from sqlalchemy.orm.base import instance_dict

from app.accounts.access.principal import Principal
from app.libraries.record.models import Record, RecordVersion

# Stored in every version, but a change of only these columns is not a change of content.
_BOOKKEEPING = frozenset({"version", "updated_at", "completeness", "published_at"})


_PLAIN = frozenset({str, int, bool, float})


@cache
def _column_names(mapper: Mapper[Any]) -> tuple[str, ...]:
    return tuple(column.key for column in mapper.column_attrs)


def snapshot(record: Any, relations: tuple[str, ...] = ()) -> dict[str, Any]:
    """All columns and the rows of the named relations, as JSON values."""
    data = {name: to_json(value) for name, value in _columns_of(record).items()}
    for name in relations:
        data[name] = [snapshot(row) for row in getattr(record, name)]
    return data


def values_of(record: Record, relations: tuple[str, ...] = ()) -> dict[str, Any]:
    """All columns and the named relations, unconverted; not for storing."""
    return _columns_of(record) | {name: getattr(record, name) for name in relations}


def _columns_of(record: Any) -> dict[str, Any]:
    # What is loaded is read without SQLAlchemy's descriptors, which take longer than all of the rest.
    loaded = instance_dict(record)
    return {
        name: loaded[name] if name in loaded else getattr(record, name)
        for name in _column_names(inspect(type(record)))
    }


def to_json(value: Any) -> Any:
    """A column value as JSON; decimals as text, so that no digit is lost."""
    if value is None or type(value) in _PLAIN:
        return value
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    return value


def changed_fields(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    """Sorted names of the fields that differ; for a new record (`before` None), of its non-empty fields."""
    if before is None:
        return sorted(name for name, value in after.items() if value not in (None, "", [], {}))
    return sorted(
        name for name, value in after.items() if name not in _BOOKKEEPING and before.get(name) != value
    )


def version_values(
    record: Record, *, action: str, principal: Principal, changed: list[str], data: dict[str, Any]
) -> dict[str, Any]:
    """The columns of the version row for the record's present state; `data` is its snapshot."""
    return {
        "record_id": record.id,
        "kind": record.kind.value,
        "version": record.version,
        "action": action,
        "changed_by": principal.user_id,
        "changed_at": record.updated_at,
        "changed_fields": changed,
        "data": data,
    }


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One change of a record: its version, time and changed fields."""

    version: int
    changed_at: datetime
    fields: tuple[str, ...]


def changes_of(session: Session, record_ids: Collection[UUID]) -> dict[UUID, list[RecordChange]]:
    """The changes of these records in no particular order, by record; records without changes are left out."""
    changes: dict[UUID, list[RecordChange]] = {}
    if not record_ids:
        return changes
    columns = (
        RecordVersion.record_id,
        RecordVersion.version,
        RecordVersion.changed_at,
        RecordVersion.changed_fields,
    )
    for record_id, version, changed_at, fields in session.execute(
        select(*columns).where(RecordVersion.record_id.in_(record_ids))
    ):
        changes.setdefault(record_id, []).append(RecordChange(version, changed_at, tuple(fields)))
    return changes


def data_of(session: Session, record_id: UUID, version: int) -> dict[str, Any] | None:
    """The snapshot of this version or, if it has none, of the last one before it; None without any."""
    query = select(RecordVersion.data).where(
        RecordVersion.record_id == record_id, RecordVersion.version <= version
    )
    return session.scalar(query.order_by(RecordVersion.version.desc()).limit(1))


def versions_of(record_id: UUID) -> Select[RecordVersion]:
    """Query for the versions of a record, newest first."""
    return (
        select(RecordVersion)
        .where(RecordVersion.record_id == record_id)
        .order_by(RecordVersion.version.desc())
    )
