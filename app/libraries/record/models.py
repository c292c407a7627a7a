"""Tables that the three libraries share: the common columns, versions, facet codes and number series."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, func
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.sql import ColumnElement

from app.database import Base, Identified, now
from app.encryption.columns import EncryptedText, JsonWithSecrets
from app.libraries.record.enums import RecordKind

ENCRYPTED_FIELDS = ("contact_name", "contact_phone", "contact_email", "confidential_note")
"""Fields that are encrypted in the database, in records and in their versions."""


def listed_at(model: type["Record"]) -> ColumnElement[datetime]:
    """When a record entered the lists; drafts have no time of publication, so their time of creation is used.

    Indexed as it stands here.
    """
    return func.coalesce(model.published_at, model.created_at)


class Record(Identified):
    """Columns of every record. Subclasses set `kind` and their own columns.

    `version` counts the changes and is the ETag; `completeness` is 0–100; `valid_until` is the last day of publication.
    """

    kind: ClassVar[RecordKind]

    number: Mapped[str] = mapped_column(String(20), unique=True)
    state: Mapped[str] = mapped_column(String(12), default="draft", index=True)
    title: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(8), default="zh")
    keywords: Mapped[list[str]] = mapped_column(default=list)
    fields: Mapped[list[str]] = mapped_column(default=list)
    industries: Mapped[list[str]] = mapped_column(default=list)
    region: Mapped[str | None] = mapped_column(String(6))
    publish_mode: Mapped[str] = mapped_column(String(12), default="public")
    completeness: Mapped[int] = mapped_column(default=0)
    contact_name: Mapped[str | None] = mapped_column(EncryptedText("record.contact_name", 60))
    contact_phone: Mapped[str | None] = mapped_column(EncryptedText("record.contact_phone", 30))
    contact_email: Mapped[str | None] = mapped_column(EncryptedText("record.contact_email", 200))
    source: Mapped[str | None] = mapped_column(String(40))
    source_ref: Mapped[str | None] = mapped_column(String(120), index=True)
    review_note: Mapped[str | None] = mapped_column(String(500))
    # The answers to questions before publication: word, by (user id) and at (UTC).
    confirmed: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    updated_at: Mapped[datetime] = mapped_column(default=now)
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    valid_until: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    @declared_attr
    def owner_org_id(cls) -> Mapped[UUID]:
        return mapped_column(ForeignKey("organisations.id"), index=True)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Index, ...]:
        table: Any = cls
        return (Index(f"ix_{table.__tablename__}_listed", listed_at(table), "id"),)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        # `lifecycle.storage` sets the next version itself, together with the row in record_versions.
        return {"version_id_col": cls.version, "version_id_generator": False}


class RecordVersion(Identified, Base):
    """A record as it was after one change, with actor and time. Versions are never overwritten."""

    __tablename__ = "record_versions"
    __table_args__ = (UniqueConstraint("record_id", "version"),)

    record_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    action: Mapped[str] = mapped_column(String(20))
    changed_by: Mapped[UUID | None]
    changed_at: Mapped[datetime] = mapped_column(default=now, index=True)
    changed_fields: Mapped[list[str]] = mapped_column(default=list)
    data: Mapped[dict[str, Any]] = mapped_column(JsonWithSecrets("record_version", *ENCRYPTED_FIELDS))


class RecordCode(Base):
    """One code of a record (field, industry, mode, region served …), for filters and facets."""

    __tablename__ = "record_codes"
    __table_args__ = (Index("ix_record_codes_lookup", "kind", "facet", "code", "record_id"),)

    record_id: Mapped[UUID] = mapped_column(primary_key=True)
    facet: Mapped[str] = mapped_column(String(16), primary_key=True)
    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12))


class NumberSeries(Base):
    """The last serial number issued for a series and year (``D``, 2026 → ``JN-D-2026-000123``)."""

    __tablename__ = "number_series"

    letter: Mapped[str] = mapped_column(String(2), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(default=0)
