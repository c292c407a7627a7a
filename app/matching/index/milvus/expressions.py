"""Filters of a search as expressions of Milvus, and the filter columns of its rows."""

import json
from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from app.matching.index.base import IndexFilter

_UNKNOWN_TRL = -1
_NO_END = date.max.toordinal()


def described(row: Row[Any]) -> dict[str, Any]:
    """The filter columns of a row that has those of `RecordVector`; what is unknown is empty, −1 or far ahead."""
    return {
        "kind": row.kind,
        "owner": row.owner_org_id.hex if row.owner_org_id else "",
        "fields": row.field_codes,
        "region": row.region or "",
        "trl": _UNKNOWN_TRL if row.trl is None else row.trl,
        "language": row.language or "",
        "until": row.valid_until.toordinal() if row.valid_until else _NO_END,
    }


def expression(filter: IndexFilter) -> str:
    """The whole filter; a row holds its record as `record`."""
    parts = [f"kind == {_text(filter.kind.value)}"]
    if filter.fields:
        parts.append(" or ".join(f"fields like {_like(f'%|{code}', '%')}" for code in filter.fields))
    if filter.region:
        parts.append(f"region like {_like(filter.region_prefix(), '%')}")
    if filter.min_trl is not None:
        parts.append(f"trl >= {max(filter.min_trl, 0)}")
    if filter.languages:
        parts.append(f"language in {json.dumps(sorted(filter.languages))}")
    if filter.exclude_owner_ids:
        parts.append(f"owner not in {among(filter.exclude_owner_ids)}")
    if filter.valid_on is not None:
        parts.append(f"until >= {filter.valid_on.toordinal()}")
    if filter.only_ids is not None:
        parts.append(f"record in {among(filter.only_ids)}")
    if filter.exclude_ids:
        parts.append(f"record not in {among(filter.exclude_ids)}")
    return " and ".join(f"({part})" for part in parts)


def among(ids: Collection[UUID]) -> str:
    """A list of ids."""
    return json.dumps(sorted(id_.hex for id_ in ids))


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _like(start: str, end: str) -> str:
    # Codes of vocabularies; anything else would be a pattern of its own.
    if not start.strip("%|").isalnum():
        raise ValueError(f"no code: {start!r}")
    return _text(start + end)
