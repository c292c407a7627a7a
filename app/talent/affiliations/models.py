"""Table of institutions' consent to secondary affiliations of managers (跨机构任职)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Identified, now
from app.encryption.columns import EncryptedText
from app.libraries.record.enums import LabelledEnum


class ConsentState(LabelledEnum):
    """Consent to an affiliation; the primary one needs none, any other needs the institution's."""

    NOT_NEEDED = "not_needed", "无须同意", "Not needed"
    PENDING = "pending", "待单位同意", "Pending"
    GIVEN = "given", "已同意", "Given"
    REFUSED = "refused", "不同意", "Refused"


class AffiliationConsent(Identified, Base):
    """An institution's decision on a manager's affiliation; it survives changes of the affiliation's dates.

    `reference` is the number of the document (letter of consent, part-time contract), if there is one.
    """

    __tablename__ = "affiliation_consents"
    __table_args__ = (
        UniqueConstraint("manager_id", "organisation_id"),
        CheckConstraint("state IN ('given', 'refused')", name="state"),
    )

    manager_id: Mapped[UUID] = mapped_column(ForeignKey("managers.id", ondelete="CASCADE"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    reference: Mapped[str | None] = mapped_column(String(120))
    note: Mapped[str | None] = mapped_column(EncryptedText("affiliation_consent.note", 500))
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime] = mapped_column(default=now)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 — SQLAlchemy reads this name from the class
