"""The tables of technology managers (技术经理人) and their affiliations."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, Identified, now
from app.libraries.managers.verification import marks, work_marks
from app.libraries.record.enums import RecordKind
from app.libraries.record.models import Record

SUSPENDED = frozenset({"suspended", "cancelled"})
"""The states of a filing (see ``talent.filings``) that matching and pushing heed. A manager whose filing was cancelled
files again first: cancelling it would lift a suspension otherwise."""


DEFAULT_GRACE_MONTHS = 12
"""For how long a tie remains a conflict after its end, unless the settings say otherwise."""


class Manager(Record, Base):
    """A technology manager (技术经理人). `title` is the person's name; `owner_org_id` the primary employer.

    `track_record` entries: title, contract_type, amount_wan (decimal as text), year, landed_in_jinan.
    `certificates` entries: level, number, issued_by, issued_on, valid_to; `certificate_level` is the highest valid one.
    `declared_conflicts` entries: organisation_id, _code or _name, or record_id, kind, note, start, end.
    `leave` entries: start, end, both inclusive.
    `verified_claims` entries: item, value, by, on (see ``managers.verification``).
    `honours` entries: name, year, issuer. `recognised_tier` is C, D or E from the latest published recognition.
    """

    __tablename__ = "managers"
    kind: ClassVar[RecordKind] = RecordKind.MANAGER

    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), unique=True)
    expertise: Mapped[str] = mapped_column(Text, default="")
    regions: Mapped[list[str]] = mapped_column(default=list)
    languages: Mapped[list[str]] = mapped_column(default=list)
    service_kinds: Mapped[list[str]] = mapped_column(default=list)
    employer_type: Mapped[str | None] = mapped_column(String(30))
    full_time: Mapped[bool | None]
    years: Mapped[int | None]
    capacity: Mapped[int] = mapped_column(default=5)
    certificates: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    certificate_level: Mapped[str] = mapped_column(String(12), default="none")
    track_record: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    declared_conflicts: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    accepts_pushes: Mapped[bool] = mapped_column(default=True)
    leave: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default="[]")

    # Awarded by the bureau, never entered: `app.talent` writes them through `lifecycle.storage.grant`.
    recognised_tier: Mapped[str | None] = mapped_column(String(1), index=True)
    recognised_year: Mapped[int | None]
    honours: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default="[]")
    filing_number: Mapped[str | None] = mapped_column(String(20))
    filing_state: Mapped[str | None] = mapped_column(String(12))
    filing_valid_to: Mapped[date | None]
    verified_claims: Mapped[list[dict[str, Any]]] = mapped_column(default=list, server_default="[]")

    @property
    def verification(self) -> list[dict[str, Any]]:
        """Marks of the certificate and the years: verified by the bureau, or self-declared."""
        return marks(self)

    @property
    def track_record_verification(self) -> list[dict[str, Any]]:
        """Marks of the brokered works, in their order."""
        return work_marks(self)

    @property
    def is_suspended(self) -> bool:
        """Whether the filing is suspended or cancelled: such a manager gets no new pair."""
        return self.filing_state in SUSPENDED

    affiliations: Mapped[list["Affiliation"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="Affiliation.start"
    )


class Affiliation(Identified, Base):
    """A manager's position at an organisation, with dates; several at a time are allowed (跨机构任职)."""

    __tablename__ = "affiliations"
    __table_args__ = (Index("ix_affiliations_active", "organisation_id", "manager_id"),)

    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    position: Mapped[str] = mapped_column(String(60), default="")
    kind: Mapped[str] = mapped_column(String(20), default="full_time")
    start: Mapped[date | None]
    end: Mapped[date | None]
    is_primary: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
