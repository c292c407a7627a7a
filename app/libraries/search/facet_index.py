"""Facet index: the codes of a record and their ancestors as rows, for filters and facet counts."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.libraries.record.models import Record, RecordCode
from app.vocabularies import region_above, vocabulary

# Facets whose codes form a tree. A record with 401 is also indexed under 40, so a filter is one comparison.
_TREES: Mapping[str, str] = {
    "field": "hightech_fields",
    "industry": "industries",
    "region": "regions",
}


@lru_cache(maxsize=4096)
def with_parents(facet: str, code: str) -> tuple[str, ...]:
    """The code and all its ancestors; only the code itself if the vocabulary does not contain it."""
    if facet == "region" and (above := region_above(code)) is not None:
        return (code, *with_parents(facet, above))
    tree = _TREES.get(facet)
    if tree is None or code not in vocabulary(tree):
        return (code,)
    return (code, *vocabulary(tree).parents(code))


def code_values(record: Record, facets: Mapping[str, str]) -> list[dict[str, Any]]:
    """The columns of one `RecordCode` per facet and code. `facets` maps a facet to the attribute that holds one code
    or a list of codes."""
    rows = {
        (facet, ancestor)
        for facet, attribute in facets.items()
        for code in _codes(getattr(record, attribute))
        for ancestor in with_parents(facet, code)
    }
    return [
        {"record_id": record.id, "kind": record.kind.value, "facet": facet, "code": code}
        for facet, code in sorted(rows)
    ]


def drop_codes(session: Session, record: Record) -> None:
    session.execute(delete(RecordCode).where(RecordCode.record_id == record.id))


def _codes(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        yield from value
    elif value is not None:
        yield str(value)
