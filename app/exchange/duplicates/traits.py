"""What identifies a stored record, read from its columns alone."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from app.accounts.models import Organisation
from app.exchange.headers.dictionary import Kind
from app.exchange.sameness.keys import traits_of
from app.exchange.sameness.verdicts import SameTraits
from app.libraries.record.enums import RecordKind
from app.libraries.registry import LIBRARIES

_COLUMNS = (
    *("id", "title", "ip_list", "registration_number", "certificates", "completed_by"),
    *("publish_mode", "summary", "advantages", "main_problem", "key_technology", "expected_goal"),
)
_KEYED = ("id", "title", "ip_list", "registration_number", "certificates")
_OF_PERSONS = ("contact_phone",)
"""Columns that tell persons apart, and nothing of a demand or achievement; reading them means to decrypt them."""


def traits_of_records(
    session: Session, kind: RecordKind, *conditions: Any, limit: int | None = None
) -> dict[UUID, SameTraits]:
    """The traits of the records that meet the conditions, the newest first, by id."""
    model = LIBRARIES[kind].model
    columns = _columns(kind, _COLUMNS)
    query = select(*columns, model.owner_org_id.label("owner")).where(*conditions)
    rows = session.execute(query.order_by(model.id.desc()).limit(limit)).mappings().all()
    owners = _names(session, {row["owner"] for row in rows})
    return {
        row["id"]: replace(traits_of(Kind(kind.value), _as_entry(row)), owner=owners.get(row["owner"], ""))
        for row in rows
    }


def keys_of_records(session: Session, kind: RecordKind, *conditions: Any) -> dict[str, UUID]:
    """The hard keys of the records that meet the conditions; of two with one key the first."""
    columns = _columns(kind, _KEYED)
    found: dict[str, UUID] = {}
    query = select(*columns).where(*conditions).execution_options(yield_per=1000)
    for row in session.execute(query).mappings():
        for key in traits_of(Kind(kind.value), _as_entry(row)).keys:
            found.setdefault(key, row["id"])
    return found


def _columns(kind: RecordKind, names: tuple[str, ...]) -> list[Any]:
    model = LIBRARIES[kind].model
    wanted = (*names, *(_OF_PERSONS if kind is RecordKind.MANAGER else ()))
    return [getattr(model, name) for name in wanted if hasattr(model, name)]


def _names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    query = select(Organisation.id, Organisation.name).where(Organisation.id.in_(list(ids)))
    return {row.id: row.name for row in session.execute(query)}


def _as_entry(values: RowMapping) -> dict[str, Any]:
    """The columns as an entry of an import has them: rights are their numbers."""
    entry: dict[str, Any] = {str(name): value for name, value in values.items()}
    numbers = [one["number"] for one in entry.get("ip_list") or () if one.get("number")]
    return entry | {"ip_list": numbers}
