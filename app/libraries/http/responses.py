"""Responses with records, limited to the fields that the reader may see."""

from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

from fastapi import Response
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.orm import Session

from app.accounts.access.disclosure import NOTHING_OPENED, OpenedRecords
from app.accounts.access.principal import Principal
from app.accounts.models import Organisation
from app.conditional_requests import etag
from app.database import by_id
from app.libraries.disclosure.visibility import present
from app.libraries.library import Library
from app.libraries.record.enums import ViewLevel
from app.libraries.record.models import Record
from app.libraries.record.versions import values_of
from app.libraries.schemas import FacetCount
from app.libraries.validation.completeness import completeness
from app.paging import Page

Item = TypeVar("Item")


class RecordPage(Page[Item], Generic[Item]):
    """A page of records with optional facet counts."""

    facets: dict[str, list[FacetCount]] | None = Field(
        None, title="分面计数", description="facets=true 时返回"
    )


def record_response(
    session: Session,
    library: Library,
    record: Record,
    principal: Principal,
    *,
    status: int = 200,
    opened: OpenedRecords = NOTHING_OPENED,
) -> Response:
    """A record with its ETag; a new record (`status` 201) also with its Location."""
    (body,) = read_many(session, library, [record], principal=principal, opened=opened)
    headers = {"ETag": etag(record)}
    if status == 201:
        headers["Location"] = f"/v1/{library.plural}/{record.id}"
    return JSONResponse(body, status, headers)


def read_many(
    session: Session,
    library: Library,
    records: Sequence[Record],
    *,
    principal: Principal,
    opened: OpenedRecords = NOTHING_OPENED,
) -> list[dict[str, Any]]:
    """Records as JSON values for one reader, with names of organisations; one query for all names."""
    organisations = _organisations(session, records)
    bodies = []
    for record in records:
        body = present(record, principal, opened=opened, organisations=organisations)
        body["completeness"] = _completeness(library, record, body["view_level"])
        bodies.append(body)
    return bodies


def _completeness(library: Library, record: Record, level: int) -> dict[str, Any]:
    """The score; the missing fields are shown only to those who can fill them in."""
    if level < ViewLevel.OWNER:
        return {"score": record.completeness, "missing": []}
    result = completeness(library.kind, values_of(record, library.relations))
    missing = [
        {
            "field": item.field,
            "weight": item.weight,
            "zh": item.zh,
            "en": item.en,
            "why": item.why,
            "why_en": item.why_en,
            "required": item.required,
        }
        for item in result.missing
    ]
    return {"score": result.score, "missing": missing}


def _organisations(session: Session, records: Iterable[Record]) -> dict[UUID, Organisation]:
    ids = {record.owner_org_id for record in records}
    for record in records:
        ids.update(UUID(id_) for id_ in getattr(record, "co_org_ids", None) or ())
    return by_id(session, Organisation, ids) if ids else {}
