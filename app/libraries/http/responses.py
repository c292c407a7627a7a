"""Responses with records, limited to the fields that the reader may see."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Generic, TypeVar
from uuid import UUID

from fastapi import Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from app.accounts.access.opened_records import NOTHING_OPENED, OpenedRecords
from app.accounts.access.principal import Principal
from app.accounts.audit.requests import note_read
from app.accounts.models import Organisation
from app.conditional_requests import etag
from app.database import by_id
from app.libraries.library import Library
from app.libraries.record.enums import PublishMode, ViewLevel
from app.libraries.record.models import Record
from app.libraries.record.versions import values_of
from app.libraries.schemas import FacetCount
from app.libraries.search.search_query import IGNORED_REASONS, SearchQuery
from app.libraries.validation.completeness import completeness, shown_completeness
from app.libraries.visibility.fields import CONTACTS, fields_at, present, reads_contacts
from app.libraries.visibility.rows import owns
from app.paging import Page

Item = TypeVar("Item")


class IgnoredPart(BaseModel):
    text: str = Field(title="未使用的部分")
    reason: str = Field(title="原因代码", examples=["particle"])
    zh: str
    en: str


class SearchReading(BaseModel):
    """How the search read `q`."""

    terms: list[str] = Field(title="检索词", description="须全部出现")
    phrases: list[str] = Field(title="短语", description="须按原样连续出现")
    alternatives: list[list[str]] = Field(title="任选其一", description="以 OR 或 | 连接，出现其一即可")
    excluded: list[str] = Field(title="排除词", description="均不得出现")
    synonyms: dict[str, list[str]] = Field(title="同义词", description="检索词 → 同时检索的同义词")
    ignored: list[IgnoredPart] = Field(title="未使用的部分", description="及其原因")


def reading_of(query: SearchQuery) -> dict[str, Any]:
    """How a query was read, as JSON values of `SearchReading`."""
    body = asdict(query.reading)
    for ignored in body["ignored"]:
        ignored["zh"], ignored["en"] = IGNORED_REASONS[ignored["reason"]]
    return SearchReading.model_validate(body).model_dump()


class RecordPage(Page[Item], Generic[Item]):
    """A page of records, with how `q` was read and optional facet counts."""

    search: SearchReading | None = Field(None, title="检索词的解读", description="提供 q 时返回")
    facets: dict[str, list[FacetCount]] | None = Field(
        None, title="分面计数", description="facets=true 时返回"
    )
    total: int | None = Field(None, title="总数", description="facets=true 时返回；超过 1000 条时为空")


def record_response(
    session: Session,
    library: Library,
    record: Record,
    principal: Principal,
    *,
    status: int = 200,
    opened: OpenedRecords = NOTHING_OPENED,
) -> Response:
    """A record with its ETag, if the reader sees its version; a new record (`status` 201) also with its Location."""
    (body,) = read_many(session, library, [record], principal=principal, opened=opened)
    headers = {"ETag": etag(record)} if "version" in body else {}
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
    organisations = named_organisations(session, records)
    bodies = []
    for record in records:
        body = present(record, principal, opened=opened, organisations=organisations)
        body["completeness"] = _completeness(library, record, body["view_level"])
        _note_reading(record, principal, body, opened)
        bodies.append(body)
    return bodies


def note_contacts(
    record: Record, principal: Principal, shown: Mapping[str, Any], *, opened: OpenedRecords
) -> None:
    """Note for the audit trail that somebody else than the owner sees the contacts among what is shown."""
    has_any = any(shown.get(name) for name in CONTACTS)
    if has_any and not owns(principal, record) and reads_contacts(principal, record, opened=opened):
        note_read(principal, "record.contacts", record.id, record.number)


def _note_reading(
    record: Record, principal: Principal, body: Mapping[str, Any], opened: OpenedRecords
) -> None:
    """Note for the audit trail that somebody else than the owner sees personal or confidential data."""
    if owns(principal, record):
        return
    note_contacts(record, principal, body, opened=opened)
    is_confidential = record.publish_mode == PublishMode.CONFIDENTIAL
    if body.get("confidential_note") or (is_confidential and body["view_level"] >= ViewLevel.APPROVED):
        note_read(principal, "record.confidential", record.id, record.number)


def _completeness(library: Library, record: Record, level: int) -> dict[str, Any]:
    """The score of what the reader may see; the missing fields are shown only to those who can fill them in."""
    values = values_of(record, library.relations)
    if level < ViewLevel.OWNER:
        shown = fields_at(library.kind, record.publish_mode, level)
        return {"score": shown_completeness(library.kind, values, shown), "missing": []}
    result = completeness(library.kind, values)
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


def named_organisations(session: Session, records: Iterable[Record]) -> dict[UUID, Organisation]:
    """The organisations whose names `present` may show of these records, by id; one query."""
    ids = {record.owner_org_id for record in records}
    for record in records:
        ids.update(UUID(id_) for id_ in getattr(record, "co_org_ids", None) or ())
    return by_id(session, Organisation, ids) if ids else {}
