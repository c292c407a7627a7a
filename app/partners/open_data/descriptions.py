"""Descriptions of records in the words of schema.org, for search engines."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.access.principal import ANONYMOUS
from app.libraries.http.responses import read_many
from app.libraries.library import Library
from app.libraries.record.enums import PublishMode, RecordKind, RecordState
from app.libraries.record.models import Record
from app.vocabularies import vocabulary

_TYPES = {
    RecordKind.ACHIEVEMENT: "CreativeWork",
    RecordKind.DEMAND: "Demand",
    RecordKind.MANAGER: "Person",
}


def description_of(session: Session, library: Library, record: Record, url: str) -> dict[str, Any] | None:
    """The record as strangers see it, for every reader the same; None if it is anonymous or not published."""
    if record.state != RecordState.PUBLISHED or record.publish_mode == PublishMode.CONFIDENTIAL:
        return None
    (body,) = read_many(session, library, [record], principal=ANONYMOUS)
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": _TYPES[library.kind],
        "@id": url,
        "url": url,
        "name": body["title"],
        "identifier": body["number"],
    }
    if library.kind is RecordKind.MANAGER:
        return described | {"knowsAbout": subjects_of(body), "jobTitle": "技术经理人"}
    if library.kind is RecordKind.DEMAND:
        return described | {"description": "、".join(subjects_of(body))} | _until(body)
    return described | {
        "inLanguage": body["language"],
        "keywords": subjects_of(body),
        "datePublished": day_of(body),
    }


def subjects_of(body: Mapping[str, Any]) -> list[str]:
    """Its keywords and the names of its fields."""
    fields = vocabulary("hightech_fields")
    return [*body.get("keywords", ()), *(fields.label(code) for code in body.get("fields", ()))]


def day_of(body: Mapping[str, Any]) -> str:
    """The day of its publication."""
    return str(body.get("published_at") or "")[:10]


def _until(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"validThrough": body["deadline"]} if body.get("deadline") else {}
