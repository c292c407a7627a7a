"""The table of achievements (技术成果)."""

from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Wan
from app.encryption.columns import EncryptedText
from app.libraries.record.enums import RecordKind
from app.libraries.record.models import Record


class Achievement(Record, Base):
    """An achievement (技术成果). The fields follow the ministry's registration form and the practice of listing
    platforms."""

    __tablename__ = "achievements"
    kind: ClassVar[RecordKind] = RecordKind.ACHIEVEMENT

    # required for publishing, besides title, fields, region and owner
    summary: Mapped[str] = mapped_column(Text, default="")
    trl: Mapped[int | None]
    transfer_modes: Mapped[list[str]] = mapped_column(default=list)

    # content
    category: Mapped[str | None] = mapped_column(String(30))
    forms: Mapped[list[str]] = mapped_column(default=list)
    attribute: Mapped[str | None] = mapped_column(String(30))
    level: Mapped[str | None] = mapped_column(String(30))
    evaluation_type: Mapped[str | None] = mapped_column(String(30))
    application_status: Mapped[str | None] = mapped_column(String(30))
    advantages: Mapped[str] = mapped_column(Text, default="")
    innovations: Mapped[list[str]] = mapped_column(default=list)
    problem_solved: Mapped[str] = mapped_column(Text, default="")
    scenarios: Mapped[str] = mapped_column(Text, default="")
    indicators: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    strategic_fields: Mapped[list[str]] = mapped_column(default=list)
    jinan_industry: Mapped[str | None] = mapped_column(String(8))

    # rights and terms
    registration_number: Mapped[str | None] = mapped_column(String(20))
    ip_list: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    ip_clear: Mapped[bool | None]
    job_invention: Mapped[bool | None]
    funding_source: Mapped[str | None] = mapped_column(String(30))
    licence_kind: Mapped[str | None] = mapped_column(String(20))
    price_min_wan: Mapped[Decimal | None] = mapped_column(Wan)
    price_max_wan: Mapped[Decimal | None] = mapped_column(Wan)
    rd_investment_wan: Mapped[Decimal | None] = mapped_column(Wan)
    landing_requirement: Mapped[str] = mapped_column(Text, default="")
    co_org_ids: Mapped[list[str]] = mapped_column(default=list)
    completed_by: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    # disclosed to those whom the owner approves, after an undertaking
    confidential_note: Mapped[str] = mapped_column(EncryptedText("record.confidential_note"), default="")
    undertaking: Mapped[str] = mapped_column(String(12), default="none")
    research_start: Mapped[str | None] = mapped_column(String(7))
    research_end: Mapped[str | None] = mapped_column(String(7))
