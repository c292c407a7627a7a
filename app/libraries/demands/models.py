"""The table of demands (技术需求)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, Wan, now
from app.encryption.columns import EncryptedText
from app.libraries.record.enums import RecordKind
from app.libraries.record.models import Record


class Demand(Record, Base):
    """A demand (技术需求). The fields follow the provinces' collection forms and 揭榜 lists."""

    __tablename__ = "demands"
    kind: ClassVar[RecordKind] = RecordKind.DEMAND

    # required for publishing, besides title, fields, region and owner
    main_problem: Mapped[str] = mapped_column(Text, default="")
    cooperation_modes: Mapped[list[str]] = mapped_column(default=list)
    deadline: Mapped[date | None]

    # content
    need_kind: Mapped[str | None] = mapped_column(String(30))
    activity_type: Mapped[str | None] = mapped_column(String(30))
    key_technology: Mapped[str] = mapped_column(Text, default="")
    expected_goal: Mapped[str] = mapped_column(Text, default="")
    indicators: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    scenario: Mapped[str] = mapped_column(Text, default="")
    benchmark: Mapped[str] = mapped_column(Text, default="")
    min_trl: Mapped[int | None]
    strategic_fields: Mapped[list[str]] = mapped_column(default=list)
    jinan_industry: Mapped[str | None] = mapped_column(String(8))

    # terms
    budget_min_wan: Mapped[Decimal | None] = mapped_column(Wan)
    budget_max_wan: Mapped[Decimal | None] = mapped_column(Wan)
    payment_plan: Mapped[str] = mapped_column(Text, default="")
    ip_ownership: Mapped[str | None] = mapped_column(String(20))
    start_date: Mapped[date | None]
    partner_requirement: Mapped[str] = mapped_column(Text, default="")
    preferred_partners: Mapped[list[str]] = mapped_column(default=list)

    # disclosed in steps: existing_basis after the owner's approval; excluded_orgs only to the owner, operators and the
    # brokering manager; confidential_note to these, and after an undertaking to those whom the owner approves
    existing_basis: Mapped[str] = mapped_column(Text, default="")
    public_alias: Mapped[str | None] = mapped_column(String(120))
    confidential_note: Mapped[str] = mapped_column(EncryptedText("record.confidential_note"), default="")
    undertaking: Mapped[str] = mapped_column(String(12), default="none")
    excluded_orgs: Mapped[list[str]] = mapped_column(default=list)


class EnteredExclusion(Identified, Base):
    """An organisation, by code or name, that an owner has ever excluded from one of their demands.

    Taken back or not, it keeps hidden achievements from all demands of this owner (`exclusions`).
    """

    __tablename__ = "entered_exclusions"
    __table_args__ = (UniqueConstraint("owner_org_id", "excluded"),)

    owner_org_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    excluded: Mapped[str] = mapped_column(String(200))
    entered_at: Mapped[datetime] = mapped_column(default=now)
