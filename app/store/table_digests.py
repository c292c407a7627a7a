"""Digests of tables: whether two databases hold the same rows, in whatever form they keep them."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import Connection, Table, select

BATCH = 500
"""Rows that are read together; a transfer stores them in one transaction."""


@dataclass(frozen=True, slots=True)
class TableDigest:
    """Number of rows and a sum over the hashes of all of them, which does not depend on their order."""

    rows: int
    checksum: str


def digest_of(connection: Connection, table: Table) -> TableDigest:
    rows, total = 0, 0
    for batch in batches(connection, table):
        for row in batch:
            values = json.dumps([_canonical(value) for value in row.values()], ensure_ascii=False)
            total += int.from_bytes(hashlib.sha256(values.encode()).digest(), "big")
            rows += 1
    return TableDigest(rows, f"{total % 2**256:064x}")


def batches(
    reading: Connection, table: Table, *, after: UUID | None = None
) -> Iterator[Sequence[dict[str, Any]]]:
    """The rows in the order of their keys; with `after`, those behind this key, or behind its first part."""
    key = list(table.primary_key)
    query = select(table).order_by(*key)
    if after is not None:
        query = query.where(key[0] > after if len(key) == 1 else key[0] >= after)
    result = reading.execution_options(yield_per=BATCH).execute(query)
    for rows in result.mappings().partitions():
        yield [dict(row) for row in rows]


def _canonical(value: Any) -> Any:
    """The value in a form that is the same for every database: JSONB reorders keys and writes 1e22 as digits."""
    match value:
        case bool() | int() | str() | None:
            return value
        case float():
            return int(value) if value.is_integer() else value
        case dict():
            return {"map": sorted((key, _canonical(one)) for key, one in value.items())}
        case list() | tuple():
            return [_canonical(one) for one in value]
        case bytes() | memoryview():
            return {"bytes": hashlib.sha256(value).hexdigest()}
        case np.ndarray():
            return {"vector": hashlib.sha256(np.ascontiguousarray(value, "<f4").tobytes()).hexdigest()}
        case datetime():
            return {"time": value.astimezone(UTC).isoformat()}
        case Decimal():
            return {"decimal": format(value.normalize(), "f")}
        case _:
            return {type(value).__name__: str(value)}
